/** A build with the same idempotency key was asked for in other words. Nothing was changed. */
export class IdempotencyError extends Error {
  override readonly name = "IdempotencyError";

  constructor() {
    super("Making a build: its idempotency key was used for another build; use a fresh key for each");
  }
}
