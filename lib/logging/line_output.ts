/** Where the lines of a log can go that has no file. */
export interface LineOutput {
  /** True where a person watches. */
  readonly terminal: boolean;
  /** True where lines may be coloured. */
  readonly colour: boolean;
  /** Takes a line with its line feed. Never throws. */
  write(line: string): void;
}

/** The standard error stream; in colour on a terminal that knows it, unless `NO_COLOR` is set. */
export function standardError(): LineOutput {
  const encoder = new TextEncoder();
  const terminal = Deno.stderr.isTerminal();
  return {
    terminal,
    colour: terminal && !Deno.noColor && Deno.env.get("TERM") !== "dumb",
    write(line) {
      let bytes = encoder.encode(line);
      try {
        while (bytes.length > 0) bytes = bytes.subarray(Deno.stderr.writeSync(bytes));
      } catch {
        // Nobody reads any more, and there is no other place to say so.
      }
    },
  };
}
