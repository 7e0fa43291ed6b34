/** A piece of an expression. */
export type Token =
  | { readonly type: "operator"; readonly text: string }
  | { readonly type: "name"; readonly text: string }
  | { readonly type: "string"; readonly text: string };

/** What makes an expression unreadable or its value no boolean. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
}

const OPERATORS = ["&&", "||", "==", "!=~", "!=", "=~", "!", "(", ")", "${", "$", "}", ","]
  .sort((left, right) => right.length - left.length);

/**
 * Splits an expression into tokens; white space and Go's comments go.
 *
 * @throws {ExpressionError} on a text that no token begins with, or a string or comment without an end.
 */
export function tokenize(expression: string): Token[] {
  const tokens: Token[] = [];
  let rest = expression;
  for (rest = skipBlank(rest); rest !== ""; rest = skipBlank(rest)) {
    const token = readString(rest) ?? readName(rest) ?? readOperator(rest);
    if (!token) throw new ExpressionError(`"${rest.slice(0, 1)}" is not known${insteadOf(rest.slice(0, 1))}`);
    tokens.push(token);
    rest = rest.slice(token.text.length);
  }
  return tokens;
}

/** What people write in other languages. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ["=", "=="],
  ["&", "&&"],
  ["|", "||"],
  ["and", "&&"],
  ["or", "||"],
  ["not", "!"],
]);

/** Says what to write for an operator of another language; nothing for anything else. */
export function insteadOf(operator: string): string {
  const instead = INSTEAD.get(operator);
  return instead === undefined ? "" : `; write ${instead}`;
}

function skipBlank(text: string): string {
  const rest = text.replace(/^([ \t\r\n]|\/\/[^\n]*|\/\*[^]*?\*\/)+/, "");
  if (rest.startsWith("/*")) throw new ExpressionError("a comment has no end");
  return rest;
}

function readString(text: string): Token | undefined {
  const quote = text[0];
  if (quote !== '"' && quote !== "'") return undefined;
  for (let end = 1; end < text.length && text[end] !== "\n"; end++) {
    if (text[end] === "\\") end++;
    else if (text[end] === quote) return { type: "string", text: text.slice(0, end + 1) };
  }
  throw new ExpressionError(`the string ${text.split("\n", 1)[0]} has no end`);
}

function readName(text: string): Token | undefined {
  const name = /^[\p{L}_][\p{L}\p{Nd}_]*/u.exec(text)?.[0];
  return name === undefined ? undefined : { type: "name", text: name };
}

function readOperator(text: string): Token | undefined {
  const operator = OPERATORS.find((operator) => text.startsWith(operator));
  return operator === undefined ? undefined : { type: "operator", text: operator };
}
