/** A line longer than this is cut, so that output without line breaks does not pile up. In UTF-16 code units. */
const LONGEST_LINE = 64 * 1024;

/** Makes whole lines of a text that comes in pieces. */
export class LineBuffer {
  #rest = "";

  /** Adds a piece and returns the lines that are complete now, without their line breaks. */
  push(text: string): string[] {
    const lines = (this.#rest + text).split("\n");
    let rest = lines.pop() ?? "";
    while (rest.length > LONGEST_LINE) {
      const cut = endsInsideCharacter(rest, LONGEST_LINE) ? LONGEST_LINE - 1 : LONGEST_LINE;
      lines.push(rest.slice(0, cut));
      rest = rest.slice(cut);
    }
    this.#rest = rest;
    return lines.map((line) => line.endsWith("\r") ? line.slice(0, -1) : line);
  }

  /** Returns what stands after the last line break, if anything does, and forgets it. */
  flush(): string[] {
    const rest = this.#rest;
    this.#rest = "";
    return rest === "" ? [] : [rest];
  }
}

/** True when a cut before this code unit would separate the two halves of one character. */
function endsInsideCharacter(text: string, at: number): boolean {
  return (text.codePointAt(at - 1) ?? 0) > 0xffff;
}
