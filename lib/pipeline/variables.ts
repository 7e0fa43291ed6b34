import type { Position } from "../diagnostics/diagnostic.ts";
import type { Budget } from "./budget.ts";
import { limits } from "./limits.ts";
import { Problem } from "./problem.ts";

const ROUNDS = 10;

/** Characters of a text in which a name is looked for in the time of a step. */
const CHARACTERS_OF_STEP = 8;

/**
 * The variables of one task while its file is read: what its `env` says, below what the host says, so that a task
 * cannot pretend to be on another branch.
 */
export class Variables {
  readonly #task = new Map<string, string>();
  readonly #host: ReadonlyMap<string, string>;
  readonly #budget: Budget;
  #sorted: [name: string, value: string][] | undefined;

  constructor(host: ReadonlyMap<string, string>, budget: Budget) {
    this.#host = host;
    this.#budget = budget;
  }

  /** What the task itself sets, in the order of first mention and as written: this is what is stored with it. */
  get task(): ReadonlyMap<string, string> {
    return this.#task;
  }

  set(name: string, value: string): void {
    this.#task.set(name, value);
    this.#sorted = undefined;
  }

  delete(name: string): void {
    this.#task.delete(name);
    this.#sorted = undefined;
  }

  /** A copy with one more variable, which is above what the task says. */
  with(name: string, value: string): Variables {
    const variables = new Variables(new Map([[name, value], ...this.#host]), this.#budget);
    for (const [name, value] of this.#task) variables.set(name, value);
    return variables;
  }

  get(name: string): string | undefined {
    return this.#host.get(name) ?? this.#task.get(name);
  }

  /**
   * Replaces `$NAME`, `${NAME}` and `%NAME%` by their values, over and over until nothing changes, at most ten times.
   * It is plain replacement of text: a longer name goes first, unknown names stay as they are.
   *
   * @throws {Problem} when the text grows beyond `limits`, or the file's budget is spent.
   */
  expand(text: string, at: Position): string {
    if (!/[$%]/.test(text)) return text;
    let expanded = text;
    for (let round = 0; round < ROUNDS; round++) {
      const before = expanded;
      this.#budget.spend(this.#entries().length * (1 + expanded.length / CHARACTERS_OF_STEP), at);
      for (const [name, value] of this.#entries()) {
        if (!expanded.includes(name)) continue;
        for (const reference of [`$${name}`, `\${${name}}`, `%${name}%`]) {
          expanded = replace(expanded, { reference, value, at });
        }
      }
      if (expanded === before) break;
    }
    return expanded;
  }

  /** @throws {Problem} when the file's budget is spent. */
  spend(steps: number, at: Position): void {
    this.#budget.spend(steps, at);
  }

  #entries(): readonly [name: string, value: string][] {
    this.#sorted ??= [...new Map([...this.#task, ...this.#host])].sort(([left], [right]) =>
      left < right ? 1 : -1
    );
    return this.#sorted;
  }
}

function replace(
  text: string,
  { reference, value, at }: { reference: string; value: string; at: Position },
): string {
  const parts = text.split(reference);
  if (text.length + (parts.length - 1) * value.length > limits.expandedLength) {
    throw new Problem(`Expanding variables: the text grows too long, see what "${reference}" refers to`, at);
  }
  return parts.join(value);
}
