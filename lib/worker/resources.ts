/** Amounts by resource name; fractions allowed. */
export type Resources = Readonly<Record<string, number>>;

/** Adds up amounts by name. */
export function sumResources(parts: Iterable<Resources>): Resources {
  const sum = new Map<string, number>();
  for (const part of parts) {
    for (const [name, amount] of Object.entries(part)) sum.set(name, (sum.get(name) ?? 0) + amount);
  }
  return Object.fromEntries(sum);
}
