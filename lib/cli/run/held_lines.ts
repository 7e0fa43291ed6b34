/** No more lines are held: whoever wants to see all of a log asks for it. */
const MOST_LINES = 50;

/**
 * Lines of the program's own log, held until the end of a run, so that they are not told in the middle of it and
 * twice: what is wrong with a task, the task's end tells too.
 */
export class HeldLines {
  readonly #lines: string[] = [];

  add(line: string): void {
    if (this.#lines.length < MOST_LINES) this.#lines.push(line.trimEnd());
  }

  /** The lines that hold none of these messages. */
  without(messages: readonly string[]): string[] {
    return this.#lines.filter((line) => !messages.some((message) => line.includes(message)));
  }
}
