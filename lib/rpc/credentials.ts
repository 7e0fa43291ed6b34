import net from "node:net";
import tls from "node:tls";
import { grpc } from "./grpc.ts";

export interface CredentialsOptions {
  /** The TLS side of the connection; plaintext without it. */
  readonly tls?: { readonly context: tls.SecureContext; readonly host: string };
  readonly connectTimeoutMs: number;
}

/**
 * How a channel's sockets become connections. Beside grpc-js's own credentials it bounds the wait for a
 * server that accepts and never answers, ends what still waits when the channel is closed (either would hold
 * the process otherwise), and verifies IP addresses, which grpc-js asks for as a server name and Deno refuses.
 */
export class BoundedCredentials extends grpc.ChannelCredentials {
  readonly #options: CredentialsOptions;

  constructor(options: CredentialsOptions) {
    super();
    this.#options = options;
  }

  override _isSecure(): boolean {
    return this.#options.tls !== undefined;
  }

  override _equals(other: grpc.ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(
    _target: unknown,
    _options: grpc.ChannelOptions,
    callCredentials = grpc.CallCredentials.createEmpty(),
  ): grpc.experimental.SecureConnector {
    return new Connector(this.#options, callCredentials);
  }
}

class Connector implements grpc.experimental.SecureConnector {
  readonly #options: CredentialsOptions;
  readonly #callCredentials: grpc.CallCredentials;
  /** The sockets whose server has not answered yet, and what bounds the wait. */
  readonly #mute = new Map<net.Socket, ReturnType<typeof setTimeout>>();
  #destroyed = false;

  constructor(options: CredentialsOptions, callCredentials: grpc.CallCredentials) {
    this.#options = options;
    this.#callCredentials = callCredentials;
  }

  async connect(raw: net.Socket): Promise<grpc.experimental.SecureConnectResult> {
    if (this.#destroyed) throw new Error("the channel is closed");
    const { tls: secure } = this.#options;
    const socket = secure === undefined ? raw : tls.connect({
      socket: raw,
      secureContext: secure.context,
      host: secure.host,
      ALPNProtocols: ["h2"],
      // An address is no server name; the certificate is checked against the host either way.
      ...(net.isIP(secure.host) ? {} : { servername: secure.host }),
    });
    this.#boundSilence(socket);
    if (socket instanceof tls.TLSSocket) await handshake(socket);
    return { socket, secure: secure !== undefined };
  }

  waitForReady(): Promise<void> {
    return Promise.resolve();
  }

  getCallCredentials(): grpc.CallCredentials {
    return this.#callCredentials;
  }

  destroy(): void {
    this.#destroyed = true;
    for (const [socket, timer] of this.#mute) {
      clearTimeout(timer);
      if (socket.bytesRead === 0) socket.destroy();
    }
    this.#mute.clear();
  }

  /** A server of HTTP/2 speaks first, so the first byte tells that one is there. */
  #boundSilence(socket: net.Socket): void {
    const { connectTimeoutMs } = this.#options;
    const timer = setTimeout(() => {
      this.#mute.delete(socket);
      if (socket.bytesRead === 0) socket.destroy(new Error(`no answer within ${connectTimeoutMs / 1000} s`));
    }, connectTimeoutMs);
    timer.unref();
    this.#mute.set(socket, timer);
    socket.once("close", () => {
      clearTimeout(timer);
      this.#mute.delete(socket);
    });
  }
}

async function handshake(socket: tls.TLSSocket): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once("secureConnect", resolve);
  // Stays for good: an error after the handshake is the session's to report, but must never go unheard.
  socket.on("error", reject);
  socket.once("close", () => reject(new Error("the connection was closed during the TLS handshake")));
  await promise;
  if (!socket.authorized) throw socket.authorizationError;
}
