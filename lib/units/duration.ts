const NANOSECONDS: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", 1_000n],
  ["µs", 1_000n], // U+00B5, the micro sign
  ["μs", 1_000n], // U+03BC, the Greek letter mu
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
]);

/** Go keeps a duration as a signed 64-bit count of nanoseconds. */
const LONGEST = 2n ** 63n - 1n;

const UNITS = "ns, us, ms, s, m and h";

/**
 * Reads a duration in Go's notation, such as `3h`, `10m30s`, `1.5s`, `500ms` or `0`, and returns milliseconds
 * (with a fraction below one). A sign is allowed, as in Go: a caller that wants no negative ones says so.
 * Throws a `SyntaxError` that says what is wrong. Source of the grammar: Go's `time.ParseDuration`.
 */
export function parseDuration(text: string): number {
  const fail = (why: string) => new SyntaxError(`Cannot read the duration ${JSON.stringify(text)}: ${why}`);
  const negative = text.startsWith("-");
  const unsigned = text.replace(/^[-+]/, "");
  if (unsigned === "0") return 0;
  if (unsigned === "") throw fail("it is empty; write one such as 10m30s");
  let total = 0n;
  for (const part of unsigned.matchAll(/([0-9]*)(\.?)([0-9]*)([^0-9.]*)/gy)) {
    const [piece, whole = "", point, fraction = "", unit = ""] = part;
    if (piece === "") break;
    if (whole === "" && fraction === "") throw fail(`expected a number before "${point}${unit}"`);
    if (unit === "") throw fail(`the unit is missing after "${piece}"; the units are ${UNITS}`);
    const scale = NANOSECONDS.get(unit);
    if (scale === undefined) throw fail(`unknown unit "${unit}"; the units are ${UNITS}`);
    total += BigInt(whole) * scale + BigInt(fraction) * scale / 10n ** BigInt(fraction.length);
    if (total > LONGEST) throw fail("it is longer than 2562047h47m, the longest there is");
  }
  return Number(negative ? -total : total) / 1e6;
}

/**
 * Writes milliseconds for a person, with the two largest units that say something: `350ms`, `4.2s`, `2m 5s`,
 * `1h 10m`, `3d 2h`.
 */
export function formatDuration(ms: number): string {
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms < 999.5) return `${Math.round(ms)}ms`;
  if (ms < 59_950) return `${trimZero((ms / 1000).toFixed(1))}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return twoUnits(seconds, { large: [60, "m"], small: [1, "s"] });
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return twoUnits(minutes, { large: [60, "h"], small: [1, "m"] });
  return twoUnits(Math.round(minutes / 60), { large: [24, "d"], small: [1, "h"] });
}

type Unit = readonly [size: number, name: string];

function twoUnits(count: number, { large, small }: { large: Unit; small: Unit }): string {
  const whole = Math.floor(count / large[0]);
  const rest = count % large[0];
  return rest === 0 ? `${whole}${large[1]}` : `${whole}${large[1]} ${rest}${small[1]}`;
}

function trimZero(decimal: string): string {
  return decimal.replace(/\.0$/, "");
}
