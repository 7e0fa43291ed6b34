export interface ShellWordsOptions {
  /** Whether a backslash is an ordinary character unless a quotation mark follows, as in Windows paths. */
  readonly backslashPaths: boolean;
}

/**
 * Splits a command line into a program and its arguments: at blanks, but not within quotation marks (`'` or `"`)
 * or after a backslash. No variable and no pattern is looked at. Throws an `Error` that says what is wrong.
 */
export function splitShellWords(line: string, options: ShellWordsOptions): [string, ...string[]] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let i = 0; i < line.length; i++) {
    const character = line.charAt(i);
    if (character === "\\" && !(options.backslashPaths && line[i + 1] !== '"')) {
      if (++i === line.length) {
        throw new Error(`Reading the command line ${line}: nothing follows its last \\`);
      }
      word = (word ?? "") + line.charAt(i);
    } else if (quote === "" && /['"]/.test(character)) {
      quote = character;
      word ??= "";
    } else if (character === quote) {
      quote = "";
    } else if (quote === "" && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote !== "") throw new Error(`Reading the command line ${line}: a closing ${quote} is missing`);
  if (word !== undefined) words.push(word);
  const [program, ...rest] = words;
  if (program === undefined) throw new Error("Reading a command line: it is empty; name a program");
  return [program, ...rest];
}
