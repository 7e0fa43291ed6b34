const PROBLEMS: ReadonlyMap<unknown, string> = new Map([
  ["EADDRINUSE", "the port is in use; choose another or end what uses it"],
  ["EACCES", "not allowed to; choose a port above 1023"],
  ["EADDRNOTAVAIL", "this machine has no such address; choose one it has"],
  ["EINVAL", "this machine has no such address; choose one it has"],
  ["ENOTFOUND", "there is no such host; check its spelling"],
]);

/** Why a port could not be opened, and what to do. */
export function listenProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return ("code" in error ? PROBLEMS.get(error.code) : undefined) ?? error.message;
}
