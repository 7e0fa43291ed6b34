import { errorMessage } from "../../diagnostics/error_message.ts";
import { ConnectError } from "./connect_error.ts";
import { describeLogin, type SshLogin } from "./ssh_login.ts";

/** Why a login failed, of what ssh2 says; `wrongKey` where the host key was refused. */
export function loginError(
  error: unknown,
  { login, wrongKey }: { login: SshLogin; wrongKey: boolean },
): ConnectError {
  const doing = `Logging in to ${describeLogin(login)}`;
  if (wrongKey) {
    return new ConnectError(
      "host key",
      `${doing}: its host key is another one than before, so this may not be the VM; run the task again`,
      { cause: error },
    );
  }
  if (error instanceof Error && "level" in error && error.level === "client-authentication") {
    return new ConnectError(
      "password",
      `${doing}: it refused the password; set user and password of the task's isolation to those of the image`,
      { cause: error },
    );
  }
  return new ConnectError("unreachable", `${doing}: ${describeProblem(error)}`, { cause: error });
}

/** What happened to a connection: in words of ours where ssh2's say less. */
export function describeProblem(error: unknown): string {
  const message = errorMessage(error);
  switch (message) {
    case "Keepalive timeout":
      return "it no longer answers; look whether the VM is frozen, or cut off the network";
    case "Timed out while waiting for handshake":
      return "its sshd did not finish the login in time";
    case "Connection lost before handshake":
      return "its sshd closed the connection before the handshake";
    default:
      return message;
  }
}
