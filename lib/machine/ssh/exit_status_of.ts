import { AbortReason } from "../../async/abort_reason.ts";
import { abortable } from "../../async/abortable.ts";
import type { ExitStatus } from "../machine.ts";
import type { ClientChannel } from "./ssh2.d.ts";

/** How what runs in a session ends. Rejects, with a reason of kind `lost`, when that cannot be known any more. */
export function exitStatusOf(channel: ClientChannel, lost: AbortSignal): Promise<ExitStatus> {
  const { promise, resolve, reject } = Promise.withResolvers<ExitStatus>();
  channel.on("exit", (code: number | null, signal?: string) => {
    // OpenSSH names only the signals that SSH does (RFC 4254, section 6.10).
    const name = signal === "SIGSIG@openssh.com" ? "a signal that SSH has no name for" : signal;
    resolve(name === undefined ? { kind: "exited", code: code ?? 0 } : { kind: "signaled", signal: name });
  });
  channel.on(
    "close",
    () => reject(new AbortReason("lost", "The VM ended a session without saying how its program ended")),
  );
  return abortable(promise, lost);
}
