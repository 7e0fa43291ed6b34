import type { Diagnostic, Position } from "../diagnostics/diagnostic.ts";

/** Something wrong with a `.cirrus.yml`; `at` is where, absent only where the whole file is meant. */
export class Problem extends Error {
  override readonly name = "Problem";

  constructor(message: string, readonly at?: Position) {
    super(message);
  }
}

/**
 * Collects what there is to tell about one file, in the order in which it is found. What is found twice (fields
 * are read more than once, matrix copies share their text) is told once.
 */
export class Problems {
  readonly #diagnostics: Diagnostic[] = [];
  readonly #seen = new Set<string>();
  #errors = 0;

  constructor(readonly path: string) {}

  get diagnostics(): Diagnostic[] {
    return this.#diagnostics;
  }

  /** How often an error was reported so far, repetitions included: it grows whenever a read goes wrong. */
  get errors(): number {
    return this.#errors;
  }

  error(problem: Problem): void {
    this.#errors++;
    this.#add("error", problem.message, problem.at);
  }

  warn(message: string, at: Position): void {
    this.#add("warning", message, at);
  }

  /** Runs `read`; a problem that it throws is collected, and the answer is then undefined. */
  attempt<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.error(error);
      return undefined;
    }
  }

  /** Takes over what another has collected about the same file. */
  adopt(others: Problems): void {
    for (const { severity, message, position } of others.diagnostics) {
      if (severity === "error") this.error(new Problem(message, position));
      else this.#add(severity, message, position);
    }
  }

  #add(severity: Diagnostic["severity"], message: string, position: Position | undefined): void {
    const key = `${severity}:${position?.line}:${position?.column}:${message}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#diagnostics.push({ severity, message, path: this.path, ...(position && { position }) });
  }
}
