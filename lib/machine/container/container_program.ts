import { delay } from "../../async/delay.ts";
import { within } from "../../async/within.ts";
import type { ExitStatus, MachineCommand, MachineProcess } from "../machine.ts";
import type { ControlRecord } from "./control_channel.ts";
import { linuxSignal } from "./linux_signals.ts";
import type { ProgramOutput } from "./marked_output.ts";
import { finishRequest, programRequest } from "./program_request.ts";
import type { SessionFacts, ShellSession } from "./shell_session.ts";

/** How long processes have to end after they were asked to. */
const GRACE_MS = 3_000;

/** How long killed processes may take to be gone before they are killed as root. */
const KILLED_WITHIN_MS = 300;

/** How long killed processes may take to be gone, and the news of it, before the container counts as broken. */
const BROKEN_AFTER_MS = 2_000;

/** The pauses between two looks double up to this. */
const LONGEST_PAUSE_MS = 100;

/** What a program needs of its container. */
export interface ProgramHost {
  /** Kills as root what carries a mark, for what the container's user may not kill. Rejects when some survive. */
  killAsRoot(mark: number): Promise<void>;
  /** Ends the container, which cannot be worked with any more. */
  giveUp(problem: string): void;
  /** Why the container's session has ended: how a program in it ended, else what has become of the container. */
  whatHappened(session: ShellSession): Promise<ExitStatus>;
  /** What to add to the output of a program that failed. */
  explainFailure(): Promise<string | undefined>;
}

export interface ProgramOptions {
  /** Unique in the container; see `programMark`. */
  readonly mark: number;
  /** See `ProgramRequest`. */
  readonly tools: SessionFacts["tools"];
  /** See `ProgramRequest`. */
  readonly dropErrors?: boolean;
  readonly host: ProgramHost;
  readonly signal: AbortSignal;
}

/** A program that runs in a session. */
export interface StartedProgram extends MachineProcess {
  /** Resolves once another program can run in it. */
  readonly sessionFree: Promise<void>;
}

/**
 * Starts a program in a session that is not busy. Rejects when it cannot be started, saying why. When `signal` aborts,
 * all that carries its mark is asked to end and, 3 s later, killed.
 */
export async function startContainerProgram(
  session: ShellSession,
  command: MachineCommand,
  options: ProgramOptions,
): Promise<StartedProgram> {
  const { mark } = options;
  const started = session.expect(`started-${mark}`);
  const over = session.expect(`over-${mark}`);
  const program = new ContainerProgram(session, { ...options, keepEscaping: command.keepEscaping ?? false });
  session.run(programRequest({ command, ...options }), { mark });
  const start = await Promise.race([started, over.then(() => started)]).catch(() => undefined);
  if (start?.code) {
    await program.forget(over);
    throw new Error(`Starting ${command.argv[0]}: ${start.text}`);
  }
  return program.follow(over);
}

class ContainerProgram {
  readonly #session: ShellSession;
  readonly #options: ProgramOptions & { keepEscaping: boolean };
  readonly #marker = `\u001e${crypto.randomUUID()}\u001e`;
  readonly #printed: ProgramOutput;
  readonly #dropping = new AbortController();
  readonly #note = Promise.withResolvers<string | undefined>();

  constructor(session: ShellSession, options: ProgramOptions & { keepEscaping: boolean }) {
    this.#session = session;
    this.#options = options;
    // From the first byte on: what is not read holds up all that the shells say.
    this.#printed = session.output.until(this.#marker, { dropping: this.#dropping.signal });
  }

  /** Leaves the session as it was, for a program that could not be started. */
  async forget(over: Promise<ControlRecord>): Promise<void> {
    await this.#printed.output.cancel();
    await over;
    await this.#finish({ sweep: false });
  }

  follow(over: Promise<ControlRecord>): StartedProgram {
    const status = this.#supervise(over);
    status.catch(() => {}).finally(() => this.#note.resolve(undefined));
    // The session can be used again once both are through.
    const sessionFree = Promise.allSettled([status, this.#printed.ended]).then(() => {});
    return { sessionFree, output: this.#printed.output.pipeThrough(this.#appendNote()), status };
  }

  async #supervise(over: Promise<ControlRecord>): Promise<ExitStatus> {
    const { signal, host, keepEscaping } = this.#options;
    let ending: Promise<void> | undefined;
    const onAbort = () => {
      this.#dropping.abort(signal.reason);
      ending ??= this.#end(over);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      const status = await this.#ended(over);
      await ending;
      if (this.#session.ended) return status;
      if (status.kind === "signaled" || status.code !== 0) this.#note.resolve(await host.explainFailure());
      await this.#finish({ sweep: !keepEscaping });
      return status;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** How the program ended, as the shell that waited for it says. */
  async #ended(over: Promise<ControlRecord>): Promise<ExitStatus> {
    const { host } = this.#options;
    try {
      const { code, text } = await over;
      return text === "signaled"
        ? { kind: "signaled", signal: linuxSignal(code - 128) }
        : { kind: "exited", code };
    } catch {
      return await host.whatHappened(this.#session);
    }
  }

  /** Ends what the program left running, and then its output. */
  async #finish(options: { sweep: boolean }): Promise<void> {
    const { mark, host } = this.#options;
    const finished = this.#session.expect(`finished-${mark}`);
    this.#printed.expectMarker();
    this.#session.run(finishRequest(mark, { ...options, marker: this.#marker }));
    try {
      if ((await finished).code > 0) await host.killAsRoot(mark);
    } catch (error) {
      if (this.#session.ended) await host.whatHappened(this.#session);
      else throw error;
    }
  }

  /** Ends the program and all it started, at last with the whole container. */
  async #end(over: Promise<ControlRecord>): Promise<void> {
    const { mark, host } = this.#options;
    const killed = await within(this.#ask(), GRACE_MS + BROKEN_AFTER_MS);
    if (!killed) host.giveUp(`its processes with the mark ${mark} survive SIGKILL`);
    else if (!await within(over.catch(() => {}), BROKEN_AFTER_MS)) {
      host.giveUp(
        `a program that was cancelled runs on; it has changed its limit of resident memory (ulimit -m)`,
      );
    }
  }

  async #ask(): Promise<void> {
    const { mark, host } = this.#options;
    try {
      if (await this.#sweepFor("TERM", GRACE_MS)) return;
      if (await this.#sweepFor("KILL", KILLED_WITHIN_MS)) return;
      await host.killAsRoot(mark);
    } catch (error) {
      if (!this.#session.ended) host.giveUp(String(error));
    }
  }

  async #sweepFor(signal: "TERM" | "KILL", boundMs: number): Promise<boolean> {
    const end = performance.now() + boundMs;
    for (let pause = 5;; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      if (await this.#session.sweep(signal, this.#options.mark) === 0) return true;
      const left = end - performance.now();
      if (left <= 0) return false;
      await delay(Math.min(pause, left));
    }
  }

  /** Adds to the output what is known of a failure beside what the program says of it. */
  #appendNote(): TransformStream<Uint8Array, Uint8Array> {
    const note = this.#note.promise;
    return new TransformStream(
      {
        async flush(controller) {
          const text = await note;
          if (text !== undefined) controller.enqueue(new TextEncoder().encode(`${text}\n`));
        },
      },
      undefined,
      { highWaterMark: 0 },
    );
  }
}
