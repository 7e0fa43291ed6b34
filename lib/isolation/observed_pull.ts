import type { Observe } from "../telemetry/telemetry_event.ts";

/** Pulls an image, and tells how long that took. Rejects as the pull does. */
export async function observedPull(
  pull: () => Promise<void>,
  { image, type, observe = () => {} }: {
    readonly image: string;
    /** The isolation that needs it. */
    readonly type: string;
    readonly observe?: Observe | undefined;
  },
): Promise<void> {
  const startedAt = performance.now();
  const told = { kind: "image pulled", image, type } as const;
  const seconds = () => (performance.now() - startedAt) / 1_000;
  try {
    await pull();
  } catch (error) {
    observe({ ...told, seconds: seconds(), failed: true });
    throw error;
  }
  observe({ ...told, seconds: seconds(), failed: false });
}
