/** A program to start on this host. */
export interface ProcessCommand {
  /** The program and its arguments. */
  readonly argv: readonly [string, ...string[]];
  /** The whole environment; only the mark is added to it. */
  readonly environment: ReadonlyMap<string, string>;
  readonly workingDirectory: string;
  /** True leaves what the program put into the background running after it is over. */
  readonly keepEscaping?: boolean;
}
