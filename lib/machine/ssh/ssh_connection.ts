// @ts-types="./ssh2.d.ts"
import { Client, type ClientChannel } from "ssh2";
import type { Duplex } from "node:stream";
import { AbortReason } from "../../async/abort_reason.ts";
import { abortable } from "../../async/abortable.ts";
import { connectTcp } from "./connect_tcp.ts";
import type { HostKeyPin } from "./host_key_pin.ts";
import { describeProblem, loginError } from "./login_error.ts";
import type { SshBounds } from "./ssh_bounds.ts";
import { describeLogin, type SshLogin } from "./ssh_login.ts";

/** It is lost when it leaves so many questions whether it is there unanswered until the next is due. */
const KEEPALIVES = 4;

/** What OpenSSH allows on one connection unless told otherwise: `MaxSessions` of sshd_config(5). */
const MAX_SESSIONS = 10;

export interface ConnectOptions {
  readonly pin: HostKeyPin;
  readonly signal: AbortSignal;
  readonly bounds: SshBounds;
}

/** A connection to a VM's sshd. Once it is lost, or disposed of, nothing can be done with it. */
export class SshConnection implements Disposable {
  readonly #client: Client;
  readonly #over = new AbortController();
  #sessions = 0;
  #most = MAX_SESSIONS;

  private constructor(client: Client, login: SshLogin) {
    this.#client = client;
    const end = (problem: string) =>
      this.#over.abort(
        new AbortReason("lost", `The SSH connection to ${describeLogin(login)} was lost: ${problem}`),
      );
    client.on("error", (error) => end(describeProblem(error)));
    client.on("close", () => end("the VM closed it, or is gone"));
  }

  /** Connects, once. Rejects with a `ConnectError`, or with the signal's reason when that aborts. */
  static async open(login: SshLogin, options: ConnectOptions): Promise<SshConnection> {
    const { hostname, port = 22 } = login;
    const { pin, bounds, signal } = options;
    const socket = await connectTcp({ hostname, port }, { withinMs: bounds.connectMs, signal });
    const client = new Client();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let wrongKey = false;
    client.once("ready", resolve);
    client.on("error", reject);
    client.on("close", () => reject(new Error("its sshd closed the connection")));
    // macOS asks for the password in this way, too.
    client.on(
      "keyboard-interactive",
      (_name, _instructions, _language, prompts, answer) => answer(prompts.map(() => login.password)),
    );
    try {
      client.connect({
        sock: socket,
        username: login.user,
        password: login.password,
        authHandler: ["password", "keyboard-interactive"],
        tryKeyboard: true,
        readyTimeout: bounds.loginMs,
        keepaliveInterval: bounds.keepaliveMs,
        keepaliveCountMax: KEEPALIVES,
        hostVerifier: (key: Uint8Array) => {
          const accepted = pin.accepts(key);
          wrongKey = !accepted;
          return accepted;
        },
      });
      await abortable(promise, signal);
      return new SshConnection(client, login);
    } catch (error) {
      client.on("error", () => {});
      client.destroy();
      signal.throwIfAborted();
      throw loginError(error, { login, wrongKey });
    }
  }

  /** Aborts, with a reason of kind `lost`, when the connection is over. */
  get lost(): AbortSignal {
    return this.#over.signal;
  }

  /** Whether the VM is known to open no more sessions on it. */
  get isFull(): boolean {
    return this.#sessions >= this.#most;
  }

  /** Whether any session is open, or being opened. */
  get isUsed(): boolean {
    return this.#sessions > 0;
  }

  /**
   * Gives a line to the user's shell in a session of its own. Undefined when the VM opens no more sessions on this
   * connection, which is full from then on until one ends. Rejects with the reason when the connection is lost.
   */
  async exec(line: string): Promise<ClientChannel | undefined> {
    this.#sessions++;
    const asked = this.#ask<ClientChannel>((answer) => this.#client.exec(line, answer));
    const forget = () => this.#sessions--;
    asked.then((channel) => channel.once("close", forget), forget);
    try {
      return await asked;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#most = Math.max(1, this.#sessions);
      return undefined;
    }
  }

  /** Has the VM listen on a port of its loopback, which it resolves with, and hand over what connects to it. */
  async listen(onConnection: (stream: Duplex) => void): Promise<number> {
    const port = await this.#ask<number>((answer) => this.#client.forwardIn("127.0.0.1", 0, answer));
    this.#client.on("tcp connection", ({ destPort }, accept) => {
      if (destPort === port) onConnection(accept());
    });
    return port;
  }

  /** Asks the VM for something. Rejects with the reason when the connection is lost meanwhile. */
  async #ask<T>(ask: (answer: (error: Error | undefined, value: T | undefined) => void) => void): Promise<T> {
    this.lost.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    ask((error, value) => value === undefined ? reject(error) : resolve(value));
    return await abortable(promise, this.lost);
  }

  [Symbol.dispose](): void {
    this.#over.abort(new AbortReason("finished", "The machine is being disposed"));
    this.#client.end();
    this.#client.destroy();
  }
}

/** Of RFC 4254, section 5.1: the other side said why it opens no channel. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && "reason" in error;
}
