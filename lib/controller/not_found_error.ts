/** What was asked for is not there, or not there any more. */
export class NotFoundError extends Error {
  override readonly name = "NotFoundError";
}
