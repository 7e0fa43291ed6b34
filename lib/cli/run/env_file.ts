import { withoutByteOrderMark } from "../../diagnostics/byte_order_mark.ts";
import { UsageError } from "../usage_error.ts";

const NAME = /[A-Za-z_][A-Za-z0-9_.-]*/y;

const ESCAPES: ReadonlyMap<string, string> = new Map([["n", "\n"], ["r", "\r"], ["t", "\t"]]);

/**
 * Reads a file of `NAME=VALUE` lines as dotenv libraries do. `export` before a name, blank lines and `#` comments
 * are fine. A value in single quotes is taken as it is; in double quotes `\n`, `\r`, `\t` and a backslash before
 * any other character count; both may span lines. Nothing is expanded: a `$` is a `$`.
 *
 * Throws a `UsageError` that says where (`path:line`) and what is wrong. It never quotes a value: the file may
 * hold secrets.
 */
export function parseEnvFile(text: string, path: string): Map<string, string> {
  const source = withoutByteOrderMark(text).replaceAll("\r\n", "\n");
  const variables = new Map<string, string>();
  let at = 0;

  const fail = (message: string, position = at): never => {
    const line = source.slice(0, position).split("\n").length;
    throw new UsageError(`${path}:${line}: ${message}`);
  };
  /** Moves past what matches here and returns it; empty where nothing does. */
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const taken = pattern.exec(source)?.[0] ?? "";
    at += taken.length;
    return taken;
  };

  while (at < source.length) {
    take(/[ \t\n]+/y);
    if (take(/#[^\n]*/y) !== "" || at >= source.length) continue;
    take(/export[ \t]+(?=[A-Za-z_])/y);
    const name = take(NAME);
    if (name === "") fail("Expected a variable's name; write NAME=VALUE, and # before a comment");
    take(/[ \t]*/y);
    if (take(/=/y) === "") fail(`Expected "=" after ${name}; write ${name}=VALUE`);
    take(/[ \t]*/y);
    variables.set(name, takeValue(name));
  }
  return variables;

  function takeValue(name: string): string {
    const quote = take(/['"]/y);
    if (quote === "") return take(/[^\n]*/y).replace(/(^|[ \t])#.*$/, "").trimEnd();
    const start = at;
    const body = take(quote === "'" ? /[^']*/y : /(?:[^"\\]|\\[^])*/y);
    if (take(/['"]/y) !== quote) fail(`The value of ${name} has no closing ${quote}`, start);
    if (take(/[ \t]*(#[^\n]*)?(?=\n|$)/y) === "" && at < source.length && source[at] !== "\n") {
      fail(
        `Expected the end of the line after the closing ${quote} of ${name}; write the whole value in quotes`,
      );
    }
    return quote === "'" ? body : body.replace(/\\([^])/g, (_, char) => ESCAPES.get(char) ?? char);
  }
}
