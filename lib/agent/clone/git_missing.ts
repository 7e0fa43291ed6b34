import { ToolError } from "../../process/tool_error.ts";

/** There is no git on the worker's host. */
export class GitMissing extends Error {
  override readonly name = "GitMissing";

  constructor(options?: ErrorOptions) {
    super(
      "Running the instruction clone: there is no git on the worker's host; install it there, and see that the " +
        "worker's PATH leads to it",
      options,
    );
  }

  /** What it means that git could not be started; undefined for every other error. */
  static of(error: unknown): GitMissing | undefined {
    const missing = error instanceof ToolError && error.cause instanceof Deno.errors.NotFound;
    return missing ? new GitMissing({ cause: error }) : undefined;
  }
}
