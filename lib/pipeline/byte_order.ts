const encoder = new TextEncoder();

/** The texts in the order of their UTF-8 bytes, which is not always JavaScript's own. */
export function sortedByBytes(texts: Iterable<string>): string[] {
  return [...texts]
    .map((text) => ({ text, bytes: encoder.encode(text) }))
    .sort((left, right) => compareBytes(left.bytes, right.bytes))
    .map(({ text }) => text);
}

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  for (const [index, byte] of left.entries()) {
    const difference = byte - (right[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
