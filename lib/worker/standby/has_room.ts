import type { Resources } from "../resources.ts";

/** Sums of fractions are not exact. */
const TOLERANCE = 1e-9;

/**
 * Whether something that takes `wanted` can run beside what runs now. What says nothing of what it takes, takes the
 * whole host.
 */
export function hasRoom(
  wanted: Resources,
  { total, inUse, running }: { total: Resources; inUse: Resources; running: number },
): boolean {
  const amounts = Object.entries(wanted);
  if (amounts.length === 0) return running === 0;
  return amounts.every(([name, amount]) => (inUse[name] ?? 0) + amount <= (total[name] ?? 0) + TOLERANCE);
}
