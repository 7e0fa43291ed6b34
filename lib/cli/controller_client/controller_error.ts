import type { DiagnosticBody, ErrorCode } from "../../controller/api/schemas.ts";

/** The controller refused what it was asked. The message says what to do. */
export class ControllerError extends Error {
  override readonly name = "ControllerError";
  readonly code: ErrorCode;
  /** What is wrong in a `.cirrus.yml`, where that is why. */
  readonly diagnostics: readonly DiagnosticBody[];

  constructor(
    message: string,
    options: { readonly code: ErrorCode; readonly diagnostics?: readonly DiagnosticBody[] },
  ) {
    super(message);
    this.code = options.code;
    this.diagnostics = options.diagnostics ?? [];
  }
}

/** There was no answer, or none that is worth anything: the same request may succeed when it is made again. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
}
