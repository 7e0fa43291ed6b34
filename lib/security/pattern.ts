/**
 * Whether the whole of `text` matches: `*` stands for any run of characters, `/` included, also for none; every
 * other character for itself, in its case. At worst, the time it takes is the product of both lengths.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    // The leftmost place leaves the most for the parts behind it.
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

/** The part of a pattern before its first `*`; all of it where it has none. */
export function literalHead(pattern: string): string {
  return pattern.split("*", 1)[0] ?? "";
}
