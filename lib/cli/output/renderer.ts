import type { RunEvent } from "./run_event.ts";

/**
 * Shows a run to whoever watches it. The run calls `show` once for each event, in order, and waits for each
 * call before the next one, so that a slow reader slows the run's output down instead of piling it up; only
 * notes may come in between. It disposes the renderer at the end, whatever happened; the terminal is as before then.
 */
export interface Renderer extends AsyncDisposable {
  show(event: RunEvent): Promise<void>;
}
