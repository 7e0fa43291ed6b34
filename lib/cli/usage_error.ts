/** What a person asked for cannot be meant: the program says why and ends with `ExitCode.misuse`. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
