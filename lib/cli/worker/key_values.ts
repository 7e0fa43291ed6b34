/** Reads `k=v[,k=v]`. Throws a `SyntaxError` that says what is wrong. */
export function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const pair of text.split(",")) {
    const [key, ...rest] = pair.split("=");
    const name = key?.trim();
    if (!name || rest.length === 0) throw new SyntaxError(`expected key=value, got ${JSON.stringify(pair)}`);
    labels[name] = rest.join("=");
  }
  return labels;
}

/** Reads `k=number[,k=number]`. Throws a `SyntaxError` that says what is wrong. */
export function parseResources(text: string): Record<string, number> {
  return Object.fromEntries(
    Object.entries(parseLabels(text)).map(([name, value]) => {
      const amount = value.trim() === "" ? NaN : Number(value);
      if (!Number.isFinite(amount) || amount < 0) {
        throw new SyntaxError(`expected a number from 0 up for ${name}, got ${JSON.stringify(value)}`);
      }
      return [name, amount];
    }),
  );
}
