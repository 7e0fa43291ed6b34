import type { Io } from "../io.ts";
import { LiveArea, type LiveLine } from "./live_area.ts";
import type { Renderer } from "./renderer.ts";
import type { RunEvent } from "./run_event.ts";
import { RunState } from "./run_state.ts";
import { TreeLines, type TreeLook } from "./tree_lines.ts";

const FRAME_MS = 100;

/**
 * A live tree on a terminal. Finished tasks stay above it, folded to a line where they passed and open where
 * they failed; what runs is drawn again ten times a second and when the terminal changes its size.
 */
export class InteractiveRenderer implements Renderer {
  readonly #area: LiveArea;
  readonly #tree: TreeLines;
  readonly #state = new RunState();
  readonly #redrawing = new DisposableStack();
  readonly #waiting = new Set<string>();
  /** A frame is on its way to the terminal. */
  #busy = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(io: Pick<Io, "stdout" | "onSignal">, look: TreeLook) {
    this.#area = new LiveArea(io.stdout);
    this.#tree = new TreeLines(look);
    this.#redrawing.adopt(setInterval(() => this.#redraw(), FRAME_MS), clearInterval);
    this.#redrawing.use(io.onSignal("SIGWINCH", () => this.#redraw()));
  }

  async show(event: RunEvent): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error;
    const staying = this.#apply(event);
    // Output is frequent, and the next frame is soon.
    if (event.kind !== "output") await this.#area.draw(this.#live(), staying);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#redrawing.dispose();
    await this.#area[Symbol.asyncDispose]();
  }

  /** Takes an event in and returns the lines that it leaves for good. */
  #apply(event: RunEvent): LiveLine[] {
    if (event.kind === "note") return event.text.split("\n").map((text) => ({ text }));
    if (event.kind === "run started") {
      for (const task of event.tasks) this.#waiting.add(task);
      return [];
    }
    this.#waiting.delete(event.task);
    const finished = this.#state.apply(event, performance.now());
    return finished !== undefined && event.kind === "task finished"
      ? this.#tree.finished(finished, event)
      : [];
  }

  #live(): LiveLine[] {
    const waiting = this.#waiting.size === 0 ? [] : [{ text: `Waiting: ${[...this.#waiting].join(", ")}` }];
    const rows = this.#area.size.rows - waiting.length;
    return [...this.#tree.running(this.#state.tasks, { rows, now: performance.now() }), ...waiting];
  }

  #redraw(): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#area.draw(this.#live())
      .catch((error) => this.#failure = { error })
      .finally(() => this.#busy = false);
  }
}
