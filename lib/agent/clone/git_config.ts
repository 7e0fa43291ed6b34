/** One line of a configuration file of git's: `[section "name"] key = value`. */
export interface GitSetting {
  readonly section: string;
  readonly name?: string;
  readonly key: string;
  readonly value: string;
}

/** The text of a configuration file, see git-config(1). */
export function gitConfig(settings: readonly GitSetting[]): string {
  const sections = Map.groupBy(
    settings,
    ({ section, name }) => name === undefined ? `[${section}]` : `[${section} ${quote(name)}]`,
  );
  return [...sections].map(([head, lines]) =>
    [head, ...lines.map(({ key, value }) => `\t${key} = ${quote(value)}`), ""].join("\n")
  ).join("");
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}
