const DECIMAL = /^[-+]?([0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(e[-+]?[0-9_]+)?$/i;
const HEXADECIMAL = /^([-+]?)0x([0-9a-f_]*)\.?([0-9a-f_]*)p([-+]?[0-9_]+)$/i;
const MISPLACED_UNDERSCORE = /(^|[^0-9a-fx])_|_([^0-9a-f]|$)/i;
const LARGEST_FLOAT32 = 3.4028235677973366e38;

/**
 * Reads a number as Go's `strconv.ParseFloat` does: `0.5`, `1e3`, `0x1p-2`, `1_000`, `inf`, `nan`. Undefined for
 * anything else and for what does not fit.
 */
export function parseGoFloat(text: string, bits: 32 | 64): number | undefined {
  if (/^nan$/i.test(text)) return NaN;
  const infinite = /^([-+]?)inf(inity)?$/i.exec(text);
  if (infinite) return infinite[1] === "-" ? -Infinity : Infinity;
  if (text.includes("_") && MISPLACED_UNDERSCORE.test(text)) return undefined;
  const value = DECIMAL.test(text) ? Number(text.replaceAll("_", "")) : parseHexadecimal(text);
  if (value === undefined || !Number.isFinite(value)) return undefined;
  return bits === 32 && Math.abs(value) >= LARGEST_FLOAT32 ? undefined : value;
}

function parseHexadecimal(text: string): number | undefined {
  const [, sign, whole = "", fraction = "", exponent] = HEXADECIMAL.exec(text.replaceAll("_", "")) ?? [];
  if (exponent === undefined || whole + fraction === "") return undefined;
  const magnitude = Number(`0x${whole}${fraction}`) * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === "-" ? -magnitude : magnitude;
}

/** Reads decimal digits as a whole number from 0 to `max`; undefined for anything else. */
export function parseDigits(text: string, max: number): number | undefined {
  if (!/^[0-9]+$/.test(text)) return undefined;
  const value = Number(text);
  return value <= max ? value : undefined;
}

export const MAX_UINT16 = 0xffff;
export const MAX_UINT32 = 0xffffffff;
