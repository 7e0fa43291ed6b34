/** How a process ended. */
export type ExitStatus =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signaled"; readonly signal: string };

/** Tells `exit 137` and death by SIGKILL apart, which share the code 137 in Deno. */
export function exitStatus(status: Deno.CommandStatus): ExitStatus {
  return status.signal === null
    ? { kind: "exited", code: status.code }
    : { kind: "signaled", signal: status.signal };
}

/** Whether a process ended as one does whose work is done: by itself, with 0. */
export function succeeded(status: ExitStatus): boolean {
  return status.kind === "exited" && status.code === 0;
}

/** `exit status 2` or `killed by SIGTERM`, for messages. */
export function describeStatus(status: ExitStatus): string {
  return status.kind === "exited" ? `exit status ${status.code}` : `killed by ${status.signal}`;
}
