/** The values of `cirrus run --output`, as people know them from the Go program. */
export const OUTPUT_FORMATS = [
  "auto",
  "interactive",
  "noemoji",
  "simple",
  "travis",
  "github-actions",
  "teamcity",
] as const;

export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** How what happens is shown, once it is decided. */
export type ResolvedFormat = Exclude<OutputFormat, "auto">;

/** What `auto` looks at. */
export interface OutputSurroundings {
  readonly environment: ReadonlyMap<string, string>;
  /** True where a person watches standard output on a terminal that can move its cursor. */
  readonly isTerminal: boolean;
}

/** Decides what `auto` means here: the format of the CI system that runs us, else the live tree, else plain lines. */
export function resolveOutputFormat(format: OutputFormat, surroundings: OutputSurroundings): ResolvedFormat {
  const { environment, isTerminal } = surroundings;
  if (format !== "auto") return format;
  if (environment.get("TRAVIS") === "true") return "travis";
  if (environment.get("GITHUB_ACTIONS") === "true") return "github-actions";
  if (environment.get("TEAMCITY_VERSION")) return "teamcity";
  if (environment.get("CI") === "true" || !isTerminal) return "simple";
  return "interactive";
}
