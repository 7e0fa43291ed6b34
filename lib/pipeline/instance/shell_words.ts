type State = "between" | "word" | "single" | "double" | "comment";

/**
 * Splits a command into its words: at white space, with `'...'` taken verbatim, `"..."` kept together, `\` before a
 * character that is meant as such, and `#` at the start of a word for a comment to the end of the line. Undefined
 * when a quote stays open or nothing follows a `\`.
 */
export function splitWords(command: string): string[] | undefined {
  const words: string[] = [];
  let state: State = "between";
  let word = "";
  let escaped = false;
  for (const character of command) {
    const blank = " \t\r\n".includes(character);
    if (escaped) {
      word += character;
      escaped = false;
    } else if (state === "comment") {
      if (character === "\n") state = "between";
    } else if (state === "single") {
      if (character === "'") state = "word";
      else word += character;
    } else if (character === "\\") {
      escaped = true;
      if (state === "between") state = "word";
    } else if (state === "double") {
      if (character === '"') state = "word";
      else word += character;
    } else if (blank) {
      if (state === "word") words.push(word);
      word = "";
      state = "between";
    } else if (character === "#" && state === "between") {
      state = "comment";
    } else if (character === "'" || character === '"') {
      state = character === "'" ? "single" : "double";
    } else {
      word += character;
      state = "word";
    }
  }
  if (escaped || state === "single" || state === "double") return undefined;
  if (state === "word") words.push(word);
  return words;
}
