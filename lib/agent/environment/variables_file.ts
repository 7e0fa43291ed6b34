/** What a command wrote into the file that `CIRRUS_ENV` names. */
export interface VariablesFile {
  readonly variables: ReadonlyMap<string, string>;
  /** Lines that are none: `line 3: ...`. The text of the line is left out, it may be a secret. */
  readonly problems: readonly string[];
}

/** Reads lines of `KEY=VALUE`. Blank lines are fine; so is what PowerShell's `>>` makes of them (UTF-16). */
export function parseVariablesFile(content: Uint8Array): VariablesFile {
  const variables = new Map<string, string>();
  const problems: string[] = [];
  for (const [index, line] of decode(content).split(/\r?\n/).entries()) {
    if (line === "") continue;
    const equals = line.indexOf("=");
    if (equals > 0) variables.set(line.slice(0, equals), line.slice(equals + 1));
    else problems.push(`line ${index + 1}: it must read KEY=VALUE`);
  }
  return { variables, problems };
}

function decode(content: Uint8Array): string {
  const utf16 = content[0] === 0xff && content[1] === 0xfe;
  return new TextDecoder(utf16 ? "utf-16le" : "utf-8").decode(content);
}
