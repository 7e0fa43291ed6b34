import { ApiError, errorResponse } from "../../controller/api/api_error.ts";

const REFUSALS = {
  failed: new ApiError(
    "internal",
    "Answering a request: something went wrong here; the controller's log says what",
  ),
  closing: new ApiError("unavailable", "Answering a request: the controller ends; ask again later"),
} as const;

/** What callers of the controller get where it cannot answer. */
export function apiRefusal(why: keyof typeof REFUSALS): Response {
  return errorResponse(REFUSALS[why]);
}
