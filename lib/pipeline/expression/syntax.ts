import { limits } from "../limits.ts";
import { ExpressionError, insteadOf, type Token, tokenize } from "./token.ts";

export type BinaryOperator = "||" | "&&" | "==" | "!=" | "=~" | "!=~" | "in";

/** An expression, read but not computed. */
export type Expression =
  | { readonly type: "literal"; readonly value: string }
  | { readonly type: "variable"; readonly name: string }
  | { readonly type: "not"; readonly operand: Expression }
  | { readonly type: "call"; readonly name: string; readonly operands: readonly Expression[] }
  | {
    readonly type: "binary";
    readonly operator: BinaryOperator;
    readonly left: Expression;
    readonly right: Expression;
  };

/** From what binds least to what binds most; all are left-associative. */
const LEVELS: readonly (readonly BinaryOperator[])[] = [["||"], ["&&"], ["==", "!=", "=~", "!=~"], ["in"]];

/**
 * Reads an expression.
 *
 * @throws {ExpressionError} when it is none, or is longer or deeper than `limits` allow.
 */
export function parseExpression(text: string): Expression {
  if (text.length > limits.expressionLength) throw new ExpressionError("it is too long");
  return new Parser(tokenize(text)).parse();
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Expression {
    if (this.#tokens.length === 0) throw new ExpressionError("it is empty");
    const expression = this.#binary(0);
    const rest = this.#tokens[this.#next];
    if (rest) throw new ExpressionError(`"${rest.text}" is not expected here${insteadOf(rest.text)}`);
    return expression;
  }

  #binary(level: number): Expression {
    const operators = LEVELS[level];
    if (!operators) return this.#unary();
    let left = this.#binary(level + 1);
    for (let length = 0;; length++) {
      const token = this.#tokens[this.#next];
      const operator = operators.find((operator) => token?.type !== "string" && operator === token?.text);
      if (!operator) return left;
      this.#next++;
      this.#bound(length);
      left = { type: "binary", operator, left, right: this.#binary(level + 1) };
    }
  }

  #unary(): Expression {
    let negations = 0;
    while (this.#take("!")) this.#bound(++negations);
    let operand = this.#primary();
    for (; negations > 0; negations--) operand = { type: "not", operand };
    return operand;
  }

  #primary(): Expression {
    const token = this.#tokens[this.#next++];
    if (!token) throw new ExpressionError("it ends where a value is expected");
    if (token.type === "string") return { type: "literal", value: unquoted(token.text) };
    if (token.type === "name") return this.#named(token.text);
    if (token.text === "(") return this.#nested(() => this.#binary(0), ")");
    if (token.text === "$") return { type: "variable", name: this.#name() };
    if (token.text === "${") return this.#nested(() => ({ type: "variable", name: this.#name() }), "}");
    throw new ExpressionError(`a value is expected where "${token.text}" stands`);
  }

  #named(name: string): Expression {
    if (name === "true" || name === "false") return { type: "literal", value: name };
    if (!this.#take("(")) {
      throw new ExpressionError(
        `"${name}" is no value${insteadOf(name) || `; write '${name}' for a text, $${name} for a variable`}`,
      );
    }
    return this.#nested(() => {
      const operands: Expression[] = [];
      if (this.#tokens[this.#next]?.text === ")") return { type: "call", name, operands };
      do operands.push(this.#binary(0)); while (this.#take(","));
      return { type: "call", name, operands };
    }, ")");
  }

  #nested(read: () => Expression, close: string): Expression {
    this.#bound(++this.#depth);
    const expression = read();
    this.#depth--;
    if (!this.#take(close)) throw new ExpressionError(`"${close}" is missing`);
    return expression;
  }

  #name(): string {
    const token = this.#tokens[this.#next++];
    if (token?.type === "name") return token.text;
    throw new ExpressionError("the name of a variable is missing after $");
  }

  #take(operator: string): boolean {
    const token = this.#tokens[this.#next];
    if (token?.type !== "operator" || token.text !== operator) return false;
    this.#next++;
    return true;
  }

  #bound(depth: number): void {
    if (depth > limits.expressionDepth) throw new ExpressionError("it has too many operators or parentheses");
  }
}

/** The text within quotes, and within quotes within those; a backslash stays as it is. */
function unquoted(text: string): string {
  let inner = text;
  while (inner.length > 1 && (inner[0] === '"' || inner[0] === "'") && inner.at(-1) === inner[0]) {
    inner = inner.slice(1, -1);
  }
  return inner;
}
