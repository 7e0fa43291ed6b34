import { basename } from "node:path";
import { describeStatus, type ExitStatus } from "./exit_status.ts";

/** What is quoted of a tool's standard error, at most, from its beginning and from its end. */
const QUOTED = 250;

/** A tool (git, docker, tart...) that could not do what it was called for. */
export class ToolError extends Error {
  override readonly name = "ToolError";

  /** `stderr` is what the tool wrote there, at most its first 64 KiB. */
  constructor(
    readonly program: string,
    problem: string,
    readonly details: { readonly status?: ExitStatus; readonly stderr?: string } = {},
    options?: ErrorOptions,
  ) {
    super(
      [`Running ${basename(program)}`, problem, quote(details.stderr)].filter(Boolean).join(": "),
      options,
    );
  }

  /** The error of a tool that ended otherwise than with 0. */
  static of(program: string, end: { status: ExitStatus; stderr: string }): ToolError {
    return new ToolError(program, describeStatus(end.status), end);
  }
}

function quote(stderr = ""): string {
  const text = stderr.trim().replaceAll(/\s*\n\s*/g, "; ");
  return text.length <= 2 * QUOTED ? text : `${text.slice(0, QUOTED)} ... ${text.slice(-QUOTED)}`;
}
