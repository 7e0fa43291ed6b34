const DECIMAL = 1000;
const BINARY = 1024;
const PREFIXES = ["k", "m", "g", "t", "p", "e"];
const NAMES = ["B", "KB", "MB", "GB", "TB", "PB"];

/**
 * Reads a size and returns bytes: a number, a fraction allowed, and a unit in any case. `KB` and `k` are 10^3
 * bytes, `KiB` and `ki` 2^10; a bare number counts bytes; digits may be grouped (`1,024 B`). A fraction of a
 * byte is dropped. Throws a `SyntaxError` that says what is wrong.
 */
export function parseByteSize(text: string): number {
  const fail = (why: string) => new SyntaxError(`Cannot read the size ${JSON.stringify(text)}: ${why}`);
  const match = /^([0-9][0-9,]*(?:\.[0-9]+)?)\s*([a-z]*)$/i.exec(text.trim());
  if (!match) throw fail('write a number and a unit, such as "640 KB" or "100 MiB"');
  const [, digits = "", unit = ""] = match;
  if (digits.includes(",") && !/^[0-9]{1,3}(,[0-9]{3})+(\.|$)/.test(digits)) {
    throw fail("a comma only groups three digits; write a fraction with a point");
  }
  const scale = unitScale(unit.toLowerCase());
  if (scale === undefined) {
    throw fail(`unknown unit "${unit}"; the units are B, KB, MB, GB, TB, KiB, MiB, GiB and TiB`);
  }
  const bytes = Math.floor(Number(digits.replaceAll(",", "")) * scale);
  if (!Number.isSafeInteger(bytes)) throw fail("it is larger than 9 PB, the largest there is");
  return bytes;
}

/** The bytes in one of a lower-case unit, or undefined for what is no unit. */
function unitScale(unit: string): number | undefined {
  if (unit === "" || unit === "b") return 1;
  const [, prefix = "", binary] = /^([kmgtpe])(i?)b?$/.exec(unit) ?? [];
  const power = PREFIXES.indexOf(prefix) + 1;
  return power === 0 ? undefined : (binary ? BINARY : DECIMAL) ** power;
}

/** Writes bytes for a person, in powers of 1000 with at most one decimal: `512 B`, `640 KB`, `1.5 GB`. */
export function formatByteSize(bytes: number): string {
  let value = bytes;
  let power = 0;
  while (Math.round(value * 10) / 10 >= DECIMAL && power < NAMES.length - 1) {
    value /= DECIMAL;
    power++;
  }
  return `${Math.round(value * 10) / 10} ${NAMES[power]}`;
}
