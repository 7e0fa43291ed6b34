import { HeldEvents } from "./held_events.ts";
import type { Renderer } from "./renderer.ts";
import type { RunEvent, TaskEvent } from "./run_event.ts";

/**
 * Puts the events of tasks that run side by side one task after the other, for logs whose folds cannot
 * overlap. One task is shown as it runs; what the others do meanwhile is held back until it is finished.
 */
export class OneTaskAtATime implements Renderer {
  readonly #inner: Renderer;
  #shown: string | undefined;
  /** By task, in the order in which the tasks began. */
  readonly #held = new Map<string, HeldEvents>();

  constructor(inner: Renderer) {
    this.#inner = inner;
  }

  async show(event: RunEvent): Promise<void> {
    if (!("task" in event)) return this.#inner.show(event);
    this.#shown ??= event.task;
    if (event.task !== this.#shown) return this.#hold(event);
    await this.#inner.show(event);
    if (event.kind === "task finished") await this.#showHeld();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await using _ = this.#inner;
    // Only a run that ended early leaves unfinished tasks here: what they printed is shown all the same.
    while (this.#held.size > 0) await this.#showHeld();
  }

  async #hold(event: TaskEvent): Promise<void> {
    const held = this.#held.get(event.task) ?? await HeldEvents.create();
    this.#held.set(event.task, held);
    await held.add(event);
  }

  /** Shows the tasks that were held back, up to the first that still runs. */
  async #showHeld(): Promise<void> {
    this.#shown = undefined;
    for (const [task, events] of this.#held) {
      await using held = events;
      this.#held.delete(task);
      let finished = false;
      for await (const event of held.replay()) {
        await this.#inner.show(event);
        finished = event.kind === "task finished";
      }
      if (!finished) {
        this.#shown = task;
        return;
      }
    }
  }
}
