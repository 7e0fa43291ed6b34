import { AbortReason } from "../../async/abort_reason.ts";
import type { ExitStatus, MachineCommand, MachineProcess } from "../machine.ts";
import { refuseNul } from "../refuse_nul.ts";
import type { ContainerEngine } from "./container_engine.ts";
import { type ProgramHost, startContainerProgram } from "./container_program.ts";
import { containerState, outOfMemory } from "./container_state.ts";
import { FUNCTIONS, KEEP_SHELLS, markInProc, programMark } from "./session_script.ts";
import { type SessionFacts, ShellSession } from "./shell_session.ts";

/** How long killing as root may take; in milliseconds. */
const ROOT_KILL_MS = 10_000;

/** How often Linux has killed a process of the container for its memory: cgroup v2, and v1. */
const OOM_KILLS = `for f in /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control; do
while read -r k v; do [ "$k" = oom_kill ] && echo "$v"; done <$f; done 2>/dev/null; :`;

export interface ContainerShellOptions {
  readonly engine: ContainerEngine;
  readonly container: string;
  /** The session with the container's first process: the container ends with it. */
  readonly session: ShellSession;
  readonly facts: SessionFacts;
  /** What the container's own programs have in their environment. */
  readonly environment: ReadonlyMap<string, string>;
  readonly memoryMiB: number | undefined;
}

/**
 * Runs programs in a container through sessions: the container's own as long as it is free, and others that are opened
 * for what runs beside that. Measured here, a program costs 3 ms so, and 85 ms (Docker) or 250 ms (Podman) by an `exec`
 * of its own; the exit status is more exact, as `exec` does not tell `exit 137` from a death by SIGKILL.
 */
export class ContainerShell implements ProgramHost {
  readonly #options: ContainerShellOptions;
  readonly #sessions: ShellSession[];
  #programs = 0;
  #oomKills = 0;
  #ending = false;
  #problem: string | undefined;

  constructor(options: ContainerShellOptions) {
    this.#options = options;
    this.#sessions = [options.session];
  }

  /** See `Machine.spawn`. With `streaming`, standard error is dropped, and who reads the output may do so any time. */
  async start(
    command: MachineCommand,
    options: { signal: AbortSignal; streaming?: boolean },
  ): Promise<MachineProcess> {
    const { signal, streaming = false } = options;
    signal.throwIfAborted();
    refuseNul(command);
    const session = await this.#freeSession();
    session.streaming = streaming;
    const free = () => {
      session.busy = false;
      session.streaming = false;
    };
    try {
      const program = await startContainerProgram(session, command, {
        signal,
        dropErrors: streaming,
        mark: programMark(++this.#programs),
        tools: this.#options.facts.tools,
        host: this,
      });
      // What it left running may still print: nothing else is to run in that session.
      if (command.keepEscaping) program.sessionFree.then(() => session.output.discard()).catch(() => {});
      else program.sessionFree.then(free);
      return program;
    } catch (error) {
      free();
      throw error;
    }
  }

  /** Has a shell in the container run some text, in order with all other requests; for what is done at once. */
  async request(text: string): Promise<{ code: number; text: string }> {
    const free = this.#sessions.find(({ streaming, ended }) => !streaming && !ended);
    const session = free ?? await this.#openSession();
    try {
      return await session.request(text);
    } catch (error) {
      await this.whatHappened(session);
      throw error;
    }
  }

  /** The lines of a file of the kernel's, which has no size. */
  async readLines(path: string): Promise<string> {
    const { code, text } = await this.request(`while IFS= read -r l; do printf '%s\\n' "$l"; done <${path}`);
    if (code !== 0) throw new Deno.errors.NotFound(`Reading ${path} of a container: ${text}`);
    return `${text}\n`;
  }

  /** From here on, that the container ends is no news. */
  end(): void {
    this.#ending = true;
  }

  async killAsRoot(mark: number): Promise<void> {
    const { engine, container } = this.#options;
    const text = `exec 7>&2\n${FUNCTIONS}\nend ${markInProc(mark)}\necho $left`;
    const left = await engine.ask(
      `Ending processes in the container ${container}`,
      ["exec", "--user", "0", container, "/bin/sh", "-c", text],
      { signal: AbortSignal.timeout(ROOT_KILL_MS) },
    );
    if (left !== "0") {
      throw new Error(`Ending processes in the container ${container}: ${left} survive SIGKILL`);
    }
  }

  giveUp(problem: string): void {
    const { engine, container } = this.#options;
    this.#problem ??= problem;
    engine.run(`Killing the container ${container}`, ["kill", container]).catch(() => {});
  }

  async whatHappened(session: ShellSession): Promise<ExitStatus> {
    const { engine, container, memoryMiB } = this.#options;
    if (this.#ending) return { kind: "signaled", signal: "SIGKILL" };
    const first = this.#options.session;
    const state = await containerState(engine, { container, memoryMiB });
    // Also where the engine's program died: the container ends with it.
    if (state.kind === "running" && !first.ended) return { kind: "signaled", signal: "SIGKILL" };
    const problem = this.#problem ?? (state.kind === "ended" ? state.problem : "the session with it broke");
    if (session !== first) this.#sessions.splice(this.#sessions.indexOf(session), 1);
    throw new AbortReason("lost", `The container ${container} is gone: ${problem}`);
  }

  async explainFailure(): Promise<string | undefined> {
    const { text } = await this.#options.session.request(OOM_KILLS).catch(() => ({ text: "" }));
    const kills = Math.max(0, ...text.split("\n").map(Number).filter(Number.isFinite));
    if (kills <= this.#oomKills) return undefined;
    this.#oomKills = kills;
    return `A process was killed: ${outOfMemory(this.#options.memoryMiB)}`;
  }

  /** A session for one program. */
  async #freeSession(): Promise<ShellSession> {
    const free = this.#sessions.find(({ busy, ended }) => !busy && !ended);
    if (free) free.busy = true;
    return free ?? await this.#openSession({ busy: true });
  }

  async #openSession({ busy = false } = {}): Promise<ShellSession> {
    const { engine, container, environment } = this.#options;
    const doing = `Opening a session with the container ${container}`;
    const session = new ShellSession(
      engine.talk(doing, ["exec", "--interactive", container, "/bin/sh", "-c", KEEP_SHELLS]),
      { unset: environment.keys() },
    );
    session.busy = busy;
    this.#sessions.push(session);
    try {
      await session.request(":");
      return session;
    } catch {
      await this.whatHappened(session);
      throw new Error(`${doing}: ${session.complaint || "it ended at once"}`);
    }
  }
}
