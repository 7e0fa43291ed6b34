import { RE2JS } from "re2js";
import { parseGlob } from "./glob.ts";
import { compilePattern } from "./pattern.ts";
import { type Expression, parseExpression } from "./syntax.ts";
import { ExpressionError } from "./token.ts";

/** What an expression may ask for. */
export interface ExpressionHost {
  /** The value of a variable, undefined when there is none. */
  variable(name: string): string | undefined;
  /** Writes out the variables in a text. */
  expand(text: string): string;
  /** The files that changed, relative to the project's root. */
  readonly affectedFiles: readonly string[];
}

/**
 * Computes a boolean expression such as `$CIRRUS_BRANCH == 'main' && !changesInclude('docs/**')`. Every value is a
 * text; both sides of an operator are always computed.
 *
 * @throws {ExpressionError} when the text is no expression or its value no boolean.
 */
export function evaluate(text: string, host: ExpressionHost): boolean {
  return toBoolean(compute(parseExpression(text), host));
}

const TRUE = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const FALSE = new Set(["0", "f", "F", "FALSE", "false", "False"]);

function toBoolean(value: string): boolean {
  if (TRUE.has(value)) return true;
  if (FALSE.has(value)) return false;
  throw new ExpressionError(`"${value}" is neither true nor false`);
}

function compute(expression: Expression, host: ExpressionHost): string {
  switch (expression.type) {
    case "literal":
      return expression.value;
    case "variable":
      return host.expand(host.variable(expression.name) ?? "");
    case "not":
      return String(!toBoolean(compute(expression.operand, host)));
    case "call":
      return call(expression, host);
    case "binary": {
      const left = compute(expression.left, host);
      const right = compute(expression.right, host);
      return String(OPERATORS[expression.operator](left, right));
    }
  }
}

const OPERATORS = {
  // The computed sides are looked at before the operator is, so that a wrong one is never passed over.
  "||": (left: string, right: string) => [toBoolean(left), toBoolean(right)].some(Boolean),
  "&&": (left: string, right: string) => [toBoolean(left), toBoolean(right)].every(Boolean),
  "==": (left: string, right: string) => left === right,
  "!=": (left: string, right: string) => left !== right,
  "=~": matches,
  "!=~": (left: string, right: string) => !matches(left, right),
  in: (left: string, right: string) => right.includes(left),
};

function matches(text: string, pattern: string): boolean {
  try {
    return compilePattern(`^${pattern}$`, RE2JS.CASE_INSENSITIVE | RE2JS.DOTALL).matcher(text).find();
  } catch {
    throw new ExpressionError(`"${pattern}" is not a valid RE2 pattern`);
  }
}

function call(expression: Expression & { type: "call" }, host: ExpressionHost): string {
  const { name, operands } = expression;
  if (name !== "changesInclude" && name !== "changesIncludeOnly") {
    throw new ExpressionError(
      `there is no function "${name}"; there are changesInclude and changesIncludeOnly`,
    );
  }
  if (operands.length === 0) throw new ExpressionError(`${name}() needs at least one pattern`);
  const globs = operands.map((operand) => parseGlob(host.expand(compute(operand, host))));
  const files = host.affectedFiles;
  const matching = files.filter((file) => globs.some((glob) => glob(file)));
  const holds = name === "changesInclude" ? matching.length > 0 : matching.length === files.length;
  return String(holds && files.length > 0);
}
