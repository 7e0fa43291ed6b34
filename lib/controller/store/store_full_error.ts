/** There is no space left for what was to be stored. Nothing was changed; it works again once there is space. */
export class StoreFullError extends Error {
  override readonly name = "StoreFullError";
}

/** The error itself or, for one of a full disk or a quota that is used up, a `StoreFullError`; the disk holds `what`. */
export function asStoreFull(error: unknown, what: string): unknown {
  if (!(error instanceof Error)) return error;
  const code = "code" in error ? error.code : undefined;
  // Errors of SQLite's `exec` carry no code: the text for SQLITE_FULL tells.
  const isFull = code === "ENOSPC" || code === "EDQUOT" || error.message === "database or disk is full";
  if (!isFull) return error;
  return new StoreFullError(`The disk that holds ${what} is full: make space there`, { cause: error });
}
