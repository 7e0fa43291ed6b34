/** Milliseconds since 1970 as RFC 3339 writes them. */
export function toTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** The times among `times` that are known. */
export function toTimes<Name extends string>(
  times: Readonly<Partial<Record<Name, number | undefined>>>,
): Partial<Record<Name, string>>;
export function toTimes(times: Readonly<Record<string, number | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(times).flatMap(([name, ms]) => ms === undefined ? [] : [[name, toTime(ms)]]),
  );
}
