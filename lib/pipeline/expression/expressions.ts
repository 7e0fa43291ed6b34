import type { Position } from "../../diagnostics/diagnostic.ts";
import type { Budget, Spend } from "../budget.ts";
import type { Variables } from "../variables.ts";
import { Matches } from "./matches.ts";
import { type BinaryOperator, type Expression, parseExpression } from "./syntax.ts";
import { ExpressionError } from "./token.ts";

/** What an expression is computed with. */
export interface ExpressionContext {
  readonly variables: Pick<Variables, "get" | "expand">;
  /** Where the expression stands. */
  readonly at: Position;
}

/**
 * Computes the boolean expressions of one file, such as `$CIRRUS_BRANCH == 'main' && !changesInclude('docs/**')`. Every
 * value is a text; both sides of an operator are always computed.
 */
export class Expressions {
  readonly #matches: Matches;
  readonly #budget: Budget;
  /** Expressions by their texts: one of the root is computed for each task. */
  readonly #parsed = new Map<string, Expression>();

  constructor(affectedFiles: readonly string[], budget: Budget) {
    this.#matches = new Matches(affectedFiles);
    this.#budget = budget;
  }

  /**
   * The value of an expression.
   *
   * @throws {ExpressionError} when the text is no expression or its value no boolean.
   * @throws {Problem} when the file's budget is spent.
   */
  evaluate(text: string, context: ExpressionContext): boolean {
    const spend = (steps: number) => this.#budget.spend(steps, context.at);
    const computation = new Computation(context, this.#matches, spend);
    return toBoolean(computation.valueOf(this.#parse(text, spend)));
  }

  #parse(text: string, spend: Spend): Expression {
    const known = this.#parsed.get(text);
    if (known) return known;
    spend(text.length);
    const expression = parseExpression(text);
    this.#parsed.set(text, expression);
    return expression;
  }
}

class Computation {
  readonly #context: ExpressionContext;
  readonly #matches: Matches;
  readonly #spend: Spend;

  constructor(context: ExpressionContext, matches: Matches, spend: Spend) {
    this.#context = context;
    this.#matches = matches;
    this.#spend = spend;
  }

  valueOf(expression: Expression): string {
    this.#spend(1);
    switch (expression.type) {
      case "literal":
        return expression.value;
      case "variable":
        return this.#expand(this.#context.variables.get(expression.name) ?? "");
      case "not":
        return String(!toBoolean(this.valueOf(expression.operand)));
      case "call":
        return String(this.#call(expression));
      case "binary": {
        const left = this.valueOf(expression.left);
        const right = this.valueOf(expression.right);
        return String(this.#binary(expression.operator, left, right));
      }
    }
  }

  #binary(operator: BinaryOperator, left: string, right: string): boolean {
    switch (operator) {
      // Both sides are looked at before the operator is, so that a wrong one is never passed over.
      case "||":
        return [toBoolean(left), toBoolean(right)].some(Boolean);
      case "&&":
        return [toBoolean(left), toBoolean(right)].every(Boolean);
      case "==":
        return left === right;
      case "!=":
        return left !== right;
      case "=~":
        return this.#matches.matches(left, { pattern: right, spend: this.#spend });
      case "!=~":
        return !this.#matches.matches(left, { pattern: right, spend: this.#spend });
      case "in":
        this.#spend(left.length * right.length / CHARACTERS_OF_STEP);
        return right.includes(left);
    }
  }

  #call({ name, operands }: Expression & { type: "call" }): boolean {
    if (name !== "changesInclude" && name !== "changesIncludeOnly") {
      throw new ExpressionError(
        `there is no function "${name}"; there are changesInclude and changesIncludeOnly`,
      );
    }
    if (operands.length === 0) throw new ExpressionError(`${name}() needs at least one pattern`);
    const globs = operands.map((operand) => this.#expand(this.valueOf(operand)));
    return this.#matches.affected(globs, { every: name === "changesIncludeOnly", spend: this.#spend });
  }

  #expand(text: string): string {
    return this.#context.variables.expand(text, this.#context.at);
  }
}

/** Characters that are compared in the time of a step. */
const CHARACTERS_OF_STEP = 64;

const TRUE = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const FALSE = new Set(["0", "f", "F", "FALSE", "false", "False"]);

function toBoolean(value: string): boolean {
  if (TRUE.has(value)) return true;
  if (FALSE.has(value)) return false;
  throw new ExpressionError(`"${value}" is neither true nor false; compare it, as in $NAME == 'text'`);
}
