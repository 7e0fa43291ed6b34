/**
 * Reads `help COMMAND` and `version`, which people of other programs write, as the flags that say the same here.
 */
export function commandWords(words: readonly string[]): readonly string[] {
  const [first, ...rest] = words;
  if (first === "help") return [...rest, "--help"];
  return first === "version" && rest.length === 0 ? ["--version"] : words;
}
