/** Colours and marks of what is shown to a person. */
export interface Style {
  readonly passed: (text: string) => string;
  readonly failed: (text: string) => string;
  readonly skipped: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
}

const paint = (code: number) => (text: string) => text === "" ? "" : `\x1b[${code}m${text}\x1b[0m`;

const COLOURS: Style = {
  passed: paint(32),
  failed: paint(31),
  skipped: paint(33),
  dim: paint(2),
  bold: paint(1),
};

const same = (text: string) => text;

const PLAIN: Style = { passed: same, failed: same, skipped: same, dim: same, bold: same };

/** The style for a stream: colours only where a person watches and has not set `NO_COLOR` (see no-color.org). */
export function styleFor(
  stream: { readonly isTerminal: boolean; readonly environment: ReadonlyMap<string, string> },
): Style {
  return stream.isTerminal && !stream.environment.get("NO_COLOR") ? COLOURS : PLAIN;
}
