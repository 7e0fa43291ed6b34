import { Semaphore } from "../../async/semaphore.ts";
import { RemoteShell, type ShellOptions } from "./remote_shell.ts";
import type { Sessions } from "./sessions.ts";

/** Runs lines until it is hung up on, and says after each that it is over. */
const SERVE = 'while IFS= read -r s; do eval "$s"; echo; echo "<<$1>>"; done\n';

/** A shell that stays, for what has to be done at once and also when the VM opens no more sessions. */
export class ControlShell {
  readonly #shell: RemoteShell;
  readonly #turn = new Semaphore(1);

  private constructor(shell: RemoteShell) {
    this.#shell = shell;
  }

  static async start(sessions: Sessions, options: ShellOptions): Promise<ControlShell> {
    const shell = await RemoteShell.start(sessions, options);
    shell.send(SERVE);
    return new ControlShell(shell);
  }

  /** Runs a line, one after another, and resolves with what it prints. Rejects when the machine is lost. */
  async run(line: string): Promise<string> {
    using _turn = await this.#turn.acquire();
    this.#shell.send(`${line}\n`);
    const lines: string[] = [];
    for (let answer; (answer = await this.#shell.output.line()) !== this.#shell.mark;) {
      if (answer === undefined) {
        await this.#shell.ended;
        throw new Error("Looking after the processes in the VM: the shell for it is over; was it killed?");
      }
      lines.push(answer);
    }
    return lines.join("\n");
  }
}
