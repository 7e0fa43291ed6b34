import { z } from "zod";
import { errorMessage } from "../../diagnostics/error_message.ts";
import { InvalidBuildError } from "../builds/new_build.ts";
import { InvalidDefinitionError } from "../builds/submission.ts";
import { NotFoundError } from "../not_found_error.ts";
import { IdempotencyError } from "../store/idempotency_error.ts";
import { StoreFullError } from "../store/store_full_error.ts";
import { diagnosticBody } from "./bodies/diagnostic_body.ts";
import type { DiagnosticBody, ErrorBody, ErrorCode } from "./schemas.ts";

/** The HTTP status of each kind of error. */
export const ERROR_STATUSES: Readonly<Record<ErrorCode, number>> = {
  invalid_request: 400,
  invalid_definition: 422,
  unauthorized: 401,
  not_found: 404,
  method_not_allowed: 405,
  timeout: 408,
  conflict: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  range_not_satisfiable: 416,
  insufficient_storage: 507,
  unavailable: 503,
  internal: 500,
};

/** An answer that says what is wrong with a request, or with us. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly options: { headers?: Record<string, string>; diagnostics?: DiagnosticBody[] } = {},
  ) {
    super(message);
  }
}

/** The one place where an error of the controller becomes one of the API; undefined for what nobody foresaw. */
export function toApiError(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) return error;
  if (error instanceof z.ZodError) return new ApiError("invalid_request", describeIssues(error));
  if (error instanceof InvalidDefinitionError) {
    const { diagnostics, submission: { definition } } = error;
    return new ApiError("invalid_definition", error.message, {
      diagnostics: diagnostics.map((diagnostic) => diagnosticBody(diagnostic, definition)),
    });
  }
  const code = CODES.find(([type]) => error instanceof type)?.[1];
  return code && new ApiError(code, errorMessage(error));
}

const CODES = [
  [NotFoundError, "not_found"],
  [InvalidBuildError, "invalid_definition"],
  [IdempotencyError, "conflict"],
  [StoreFullError, "insufficient_storage"],
] as const;

function describeIssues({ issues }: z.ZodError): string {
  const described = issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`
  );
  return `Reading the request: ${described.join("; ")}`;
}

/** The answer that an error is. */
export function errorResponse({ code, message, options }: ApiError): Response {
  const { headers, diagnostics } = options;
  const body: ErrorBody = { error: { code, message, ...diagnostics && { diagnostics } } };
  return Response.json(body, { status: ERROR_STATUSES[code], ...headers && { headers } });
}
