import type { Position } from "../diagnostics/diagnostic.ts";
import { evaluate } from "./expression/evaluate.ts";
import { ExpressionError } from "./expression/token.ts";
import { Problem, type Problems } from "./problem.ts";
import type { Variables } from "./variables.ts";

/** How much of an expression a message shows. */
const SHOWN = 200;

/** What the fields of one task are read with. */
export class Scope {
  constructor(
    readonly variables: Variables,
    readonly problems: Problems,
    readonly affectedFiles: readonly string[],
  ) {}

  /** The same, with another place to report to. */
  reportingTo(problems: Problems): Scope {
    return new Scope(this.variables, problems, this.affectedFiles);
  }

  /** The same with one more variable, which neither the task nor the host can change. */
  with(name: string, value: string): Scope {
    return new Scope(this.variables.with(name, value), this.problems, this.affectedFiles);
  }

  /** The text with its variables written out; `at` is where it stands. */
  expand(text: string, at: Position): string {
    return this.variables.expand(text, at);
  }

  /**
   * The value of a boolean expression.
   *
   * @throws {Problem} when it has none.
   */
  evaluate(expression: string, at: Position): boolean {
    try {
      return evaluate(expression, {
        variable: (name) => this.variables.get(name),
        expand: (text) => this.variables.expand(text, at),
        affectedFiles: this.affectedFiles,
      });
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const text = expression.trim();
      const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text;
      throw new Problem(`Evaluating the expression "${shown}": ${error.message}`, at);
    }
  }
}
