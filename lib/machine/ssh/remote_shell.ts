import type { ClientChannel } from "./ssh2.d.ts";
import { abortable } from "../../async/abortable.ts";
import type { ExitStatus } from "../machine.ts";
import { channelStream } from "./channel_stream.ts";
import { exitStatusOf } from "./exit_status_of.ts";
import { keepHead } from "./keep_head.ts";
import { LineReader } from "./line_reader.ts";
import { sendStream } from "./send_stream.ts";
import type { Sessions } from "./sessions.ts";

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * The user's shell runs it, whichever that is; so there is nothing in it that csh or fish read otherwise. Its
 * start-up files may have printed something, or wait for an answer, for which there are empty lines: what is ours
 * begins behind the token, whose two halves stand apart here lest a shell that shows its commands shows the token.
 */
const LISTEN =
  'echo "<<$1>> $$"; echo "<<$1>>" >&2; while IFS= read -r s && [ -z "$s" ]; do :; done; eval "$s"';
const ANSWERS = "\n".repeat(8);

export interface ShellOptions {
  /** Whether the shell inherits the environment of the user's; otherwise it has but a PATH. */
  readonly inherit?: boolean;
  readonly signal: AbortSignal;
  /** Aborts when the machine is lost. */
  readonly lost: AbortSignal;
}

/**
 * A POSIX shell in a VM that runs the line it is sent, and hands what follows to what that line starts. So neither
 * what it runs nor any value stands on a command line, which every user of the VM could read. It leads a session and
 * process group of its own (OpenSSH's session.c), as what it is replaced by does.
 */
export class RemoteShell {
  readonly pid: number;
  /** What the line that it runs can print by `echo "<<$1>>"`, and nothing else prints. */
  readonly mark: string;
  /** Standard output, from the first byte of what is run. */
  readonly output: LineReader;
  /** How it ended. Rejects when the machine was lost. */
  readonly ended: Promise<ExitStatus>;
  readonly #channel: ClientChannel;
  readonly #stderr: () => string;

  private constructor(
    channel: ClientChannel,
    parts: {
      pid: number;
      mark: string;
      output: LineReader;
      ended: Promise<ExitStatus>;
      stderr: () => string;
    },
  ) {
    this.#channel = channel;
    this.pid = parts.pid;
    this.mark = parts.mark;
    this.output = parts.output;
    this.ended = parts.ended;
    this.#stderr = parts.stderr;
  }

  /** Rejects with an `Error` when no shell comes up, and with the signal's reason when that aborts. */
  static async start(sessions: Sessions, options: ShellOptions): Promise<RemoteShell> {
    const { inherit = false, signal, lost } = options;
    const { shellMs } = sessions.bounds;
    const token = crypto.randomUUID();
    const environment = inherit ? "" : `env -i PATH=${PATH} `;
    const channel = await sessions.exec(`exec ${environment}/bin/sh -c '${LISTEN}' sh ${token}`, { signal });
    const output = new LineReader(channelStream(channel, { lost }));
    const mark = `<<${token}>>`;
    const stderr = keepHead(channel.stderr, `${mark}\n`);
    const ended = exitStatusOf(channel, lost);
    ended.catch(() => {});
    channel.on("error", () => {});
    channel.write(ANSWERS);
    const late = AbortSignal.timeout(shellMs);
    try {
      const pid = await abortable(pidOf(output, mark), AbortSignal.any([signal, late]));
      if (pid !== undefined) return new RemoteShell(channel, { pid, mark, output, ended, stderr });
      lost.throwIfAborted();
      throw noShell(`${output.unfinished} ${stderr()}`);
    } catch (error) {
      hangUp(channel, output);
      if (error !== late.reason) throw error;
      throw new Error(
        `Starting a shell in the VM: none came up within ${shellMs / 1000} s; look what the start-up ` +
          "files of the user's shell (.bashrc, .zshenv) wait for",
        { cause: error },
      );
    }
  }

  /** What was printed to standard error by now: at most its first 64 KiB. */
  get stderr(): string {
    return this.#stderr();
  }

  send(data: string | Uint8Array): void {
    this.#channel.write(data);
  }

  /** Sends all of a stream and ends the shell's input. Rejects as the stream does; the shell is closed then. */
  async sendAll(source: ReadableStream<Uint8Array>): Promise<void> {
    try {
      await sendStream(source, this.#channel);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  endInput(): void {
    this.#channel.end();
  }

  /** Hangs up: what runs there loses its input and output, and is not ended by that alone. */
  close(): void {
    hangUp(this.#channel, this.output);
  }
}

/** A channel is over only once what came through it was read. */
function hangUp(channel: ClientChannel, output: LineReader): void {
  channel.close();
  output.cancel();
}

/** Reads up to the mark and the shell's process number behind it; undefined when the output ends before. */
async function pidOf(output: LineReader, mark: string): Promise<number | undefined> {
  for (let line; (line = await output.line()) !== undefined;) {
    const [, pid] = line.split(`${mark} `);
    if (pid !== undefined) return Number(pid);
  }
  return undefined;
}

function noShell(printed: string): Error {
  const said = printed.trim().replaceAll(/\s+/g, " ").slice(0, 200);
  return new Error(
    `Starting a shell in the VM: its user's shell runs no /bin/sh${said && ` and says: ${said}`}; ` +
      "take an image of Linux or macOS: Windows guests are not supported",
  );
}
