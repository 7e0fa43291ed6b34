import { shellQuote } from "../shell_quote.ts";

/** Some bytes that are no part of a line: `$n` is a newline after this. */
const DEFINE_NEWLINE = "n=$(printf '\\nx'); n=${n%x}; ";

/** A line that calls `script`, which is on one line itself, with arguments: they are its `$1`, `$2` and so on. */
export function callLine(script: string, args: readonly string[]): string {
  const words = args.map((word) => shellQuote(word).replaceAll("\n", `'"$n"'`)).join(" ");
  return `${words.includes('"$n"') ? DEFINE_NEWLINE : ""}set -- ${words}; ${script}\n`;
}
