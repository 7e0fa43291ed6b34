/** Looks until `condition` holds, or for `seconds`; tells whether it held. */
export async function until(
  condition: () => boolean,
  { seconds = Infinity, everyMs = 20 }: { seconds?: number; everyMs?: number } = {},
): Promise<boolean> {
  const end = performance.now() + seconds * 1000;
  while (!condition()) {
    if (performance.now() >= end) return false;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  return true;
}
