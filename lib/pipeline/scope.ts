import type { Position } from "../diagnostics/diagnostic.ts";
import { Budget } from "./budget.ts";
import { Expressions } from "./expression/expressions.ts";
import { ExpressionError } from "./expression/token.ts";
import { Problem, type Problems } from "./problem.ts";
import { Variables } from "./variables.ts";

/** How much of an expression a message shows. */
const SHOWN = 200;

/** What fields are read with: mostly those of one task. */
export class Scope {
  constructor(
    readonly variables: Variables,
    readonly problems: Problems,
    readonly expressions: Expressions,
  ) {}

  /** What is read outside of any task: there are no variables and no affected files. */
  static withoutTask(problems: Problems): Scope {
    const budget = new Budget();
    return new Scope(new Variables(new Map(), budget), problems, new Expressions([], budget));
  }

  /** The same, with another place to report to. */
  reportingTo(problems: Problems): Scope {
    return new Scope(this.variables, problems, this.expressions);
  }

  /** The same with one more variable, which the host may know better, but not the task. */
  with(name: string, value: string): Scope {
    return new Scope(this.variables.with(name, value), this.problems, this.expressions);
  }

  /** Pays for work that would take long if a file asked for it over and over. */
  spend(steps: number, at: Position): void {
    this.variables.spend(steps, at);
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
      return this.expressions.evaluate(expression, { variables: this.variables, at });
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const text = expression.trim();
      const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text;
      throw new Problem(`Evaluating the expression "${shown}": ${error.message}`, at);
    }
  }
}
