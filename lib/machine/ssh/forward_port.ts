import { connect } from "node:net";
import { type Duplex, pipeline } from "node:stream";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { ExposedAddress } from "../machine.ts";
import type { SshConnection } from "./ssh_connection.ts";

/** Makes a port of this host's loopback reachable at a port of the VM's loopback, while the connection lasts. */
export async function forwardPort(connection: SshConnection, port: number): Promise<ExposedAddress> {
  try {
    return { hostname: "127.0.0.1", port: await connection.listen((stream) => join(stream, port)) };
  } catch (error) {
    connection.lost.throwIfAborted();
    throw new Error(
      `Making port ${port} reachable in the VM: ${
        errorMessage(error)
      }; allow AllowTcpForwarding in its sshd_config`,
      { cause: error },
    );
  }
}

/** Passes bytes on in both directions until both sides have said all. */
function join(stream: Duplex, port: number): void {
  const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
  // Either side's failure ends the other one, which is all that can be done about it.
  pipeline(stream, socket, () => {});
  pipeline(socket, stream, () => {});
}
