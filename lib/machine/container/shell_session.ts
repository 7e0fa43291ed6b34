import type { Dialog } from "../../process/start_dialog.ts";
import { ControlChannel, type ControlRecord } from "./control_channel.ts";
import { MarkedOutput } from "./marked_output.ts";
import { FUNCTIONS, GO_ON, markInProc } from "./session_script.ts";
import { shellQuote } from "../shell_quote.ts";

/** Programs that make things faster or more exact where the image has them. */
const TOOLS = ["setsid", "perl", "cat", "tar", "find", "stat"] as const;

export type SessionTool = typeof TOOLS[number];

/** A user and a group, in numbers. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** What the shells found in their container. */
export interface SessionFacts {
  /** What the engine has set on top of the image's own environment. */
  readonly variables: ReadonlyMap<string, string>;
  /** Whom the container's programs run as, in numbers. */
  readonly owner: Owner;
  /** Where a tool is; missing where the image has none. */
  readonly tools: ReadonlyMap<SessionTool, string>;
}

/** In POSIX mode, bash does not say that a child was killed by a signal; other shells have no such mode. */
const BASH_AS_OTHERS = "(set +o posix) 2>/dev/null && set +o posix";

/**
 * Two shells in a container, over one process of the engine's program: the first answers requests at once, the second
 * runs one program at a time. See `session_script.ts`.
 */
export class ShellSession implements AsyncDisposable {
  readonly #nonce = crypto.randomUUID();
  readonly #dialog: Dialog;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #control = new ControlChannel(this.#nonce);
  readonly #unset: readonly string[];
  #requests = 0;
  /** What programs print, one after the other. */
  readonly output: MarkedOutput;
  /** Whether a program runs in it, or must not any more. */
  busy = false;
  /** Whether the output of that program waits for somebody who may wait for an answer: none can be had then. */
  streaming = false;
  /** `unset` names what the second shell has in its environment and programs are not to inherit. */
  constructor(dialog: Dialog, options: { unset: Iterable<string> }) {
    this.#dialog = dialog;
    this.#writer = dialog.stdin.getWriter();
    this.#unset = [...options.unset].filter((name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
    this.output = new MarkedOutput(dialog.stdout);
    this.#control.onRestart = () => {
      this.#control.fail(new Error("Somebody in the container has killed the shells of the session"));
      this.#send(`\n${GO_ON}\n`);
      this.#begin();
    };
    this.#control.read(dialog.stderr);
    this.#begin();
  }

  /** What the engine's program wrote that is no answer: why it could not begin the session. */
  get complaint(): string {
    return this.#control.stray.trim();
  }

  /** Whether nothing more can be had from it. */
  get ended(): boolean {
    return this.#control.closed;
  }

  /** How the engine's program ended. */
  get status(): Dialog["status"] {
    return this.#dialog.status;
  }

  /** Looks around. Rejects when the session cannot be begun. */
  async facts(): Promise<SessionFacts> {
    const names = ["HOME", "HOSTNAME", "PATH", "TERM", "container"];
    const { text } = await this.request(
      `for n in ${names.join(" ")}; do eval "printf '%s\\n' \\"\\$$n\\""; done
while read -r k a b c; do case $k in Uid:|Gid:) echo $b;; esac; done </proc/self/status
for t in ${TOOLS.join(" ")}; do command -v $t || echo; done`,
    );
    const lines = text.split("\n");
    const values = lines.slice(0, names.length);
    const [uid, gid, ...paths] = lines.slice(names.length);
    return {
      variables: new Map(names.flatMap((name, index) => values[index] ? [[name, values[index]]] : [])),
      owner: { uid: Number(uid), gid: Number(gid) },
      // A busybox that knows them itself says no path.
      tools: new Map(TOOLS.flatMap((tool, index) => paths[index] ? [[tool, paths[index]]] : [])),
    };
  }

  /** Has the first shell run some text, in a subshell; resolves with its exit status and what it printed. */
  async request(text: string): Promise<ControlRecord> {
    const key = `answer-${++this.#requests}`;
    const answer = this.#control.expect(key);
    this.#send(`r=$(exec 2>&1\n${text}\n)\ntell ${key} $? "$r"\n`);
    return await answer;
  }

  /** Sends a signal to all processes that carry a mark, TERM once to each; resolves with how many live. */
  async sweep(signal: "TERM" | "KILL", mark: number): Promise<number> {
    const key = `left-${++this.#requests}`;
    const answer = this.#control.expect(key);
    this.#send(`sweep ${signal} ${markInProc(mark)}; tell ${key} $left\n`);
    return (await answer).code;
  }

  /** The record of that key, which the second shell will write; rejects when it is killed before. */
  expect(key: string): Promise<ControlRecord> {
    return this.#control.expect(key);
  }

  /**
   * Gives the second shell some text to run. When this program dies meanwhile, the first shell ends what carries
   * `mark`.
   */
  run(text: string, { mark }: { mark?: number } = {}): void {
    if (mark !== undefined) this.#send(`current=${markInProc(mark)}\n`);
    this.#send(`printf '%s\\n' ${shellQuote(text)} >&4\n`);
  }

  /** Closes our end and waits for the other one: the shells end, and the container where they are its first process. */
  async end(): Promise<void> {
    this.#writer.close().catch(() => {});
    await this.#dialog.status;
  }

  /** Kills the process of the engine's program, if it still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.ended) await this.#dialog[Symbol.asyncDispose]();
  }

  #begin(): void {
    const own = ["PWD", "OLDPWD", "SHLVL", "HOSTNAME", "HOME", "TERM", "container"];
    const common = `N=${this.#nonce}\n${FUNCTIONS}\nexec 7>&2`;
    this.#send(`${common}\ncurrent=none\ntrap 'end "$current"' EXIT\n`);
    this.run(`${common} 6>&1\n${BASH_AS_OTHERS}\nunset ${[...new Set([...own, ...this.#unset])].join(" ")}`);
  }

  /** That nobody reads it any more is told by `ended`. */
  #send(text: string): void {
    this.#writer.write(new TextEncoder().encode(text)).catch(() => {});
  }
}
