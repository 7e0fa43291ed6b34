/** The longest line that is kept whole; a console that prints no end of line must not fill the memory. */
const LONGEST_LINE = 4_096;

/**
 * Reads what a program prints to its end, line by line. Resolves with the first line that is not blank and the last
 * one, where there are such.
 */
export async function readConsole(
  output: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
): Promise<[] | [only: string] | [first: string, last: string]> {
  let first: string | undefined;
  let last: string | undefined;
  let rest = "";
  const take = (line: string) => {
    const text = line.trimEnd();
    if (text === "") return;
    if (first === undefined) first = text;
    else last = text;
    onLine(text);
  };
  for await (const text of output.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(take);
    if (rest.length > LONGEST_LINE) {
      take(rest);
      rest = "";
    }
  }
  take(rest);
  if (first === undefined) return [];
  return last === undefined ? [first] : [first, last];
}
