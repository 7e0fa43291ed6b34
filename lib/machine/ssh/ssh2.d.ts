/**
 * What we use of ssh2. The types that there are for it bring those of an old Node along, which would replace Deno's
 * for the whole project. Source: the README of ssh2 1.17.
 */
import type { Duplex, Readable } from "node:stream";
import type { EventEmitter } from "node:events";
import type { Socket } from "node:net";

/**
 * A session that runs a command. Its event `exit` says how that ended, by a code or with null and a signal's name;
 * `close`, that nothing more comes.
 */
export interface ClientChannel extends Duplex {
  readonly stderr: Readable;
  close(): void;
}

export interface ConnectConfig {
  /** A connection to the server that is open already. */
  readonly sock: Socket;
  readonly username: string;
  readonly password: string;
  /** The ways to log in, in the order in which they are tried. */
  readonly authHandler: readonly ("password" | "keyboard-interactive")[];
  /** Without it, `authHandler` leaves "keyboard-interactive" out. */
  readonly tryKeyboard: boolean;
  /** For handshake and login; in milliseconds. */
  readonly readyTimeout: number;
  /** In milliseconds. */
  readonly keepaliveInterval: number;
  readonly keepaliveCountMax: number;
  readonly algorithms?: { readonly cipher?: readonly string[]; readonly kex?: readonly string[] };
  readonly hostVerifier: (key: Uint8Array) => boolean;
}

export class Client extends EventEmitter {
  on(event: "error", listener: (error: Error) => void): this;
  on(event: "close", listener: () => void): this;
  on(
    event: "keyboard-interactive",
    listener: (
      name: string,
      instructions: string,
      language: string,
      prompts: readonly { readonly prompt: string }[],
      answer: (answers: readonly string[]) => void,
    ) => void,
  ): this;
  on(
    event: "tcp connection",
    listener: (details: { readonly destPort: number }, accept: () => Duplex, reject: () => void) => void,
  ): this;
  once(event: "ready", listener: () => void): this;
  connect(config: ConnectConfig): this;
  /** Throws when the connection is over. An error has a `reason` when the server refused (RFC 4254, section 5.1). */
  exec(
    command: string,
    callback: (error: Error | undefined, channel: ClientChannel | undefined) => void,
  ): this;
  /** Throws when the connection is over. */
  forwardIn(
    host: string,
    port: number,
    callback: (error: Error | undefined, port: number | undefined) => void,
  ): this;
  end(): this;
  destroy(): this;
}
