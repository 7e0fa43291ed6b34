import { abortable } from "../../async/abortable.ts";
import { delay } from "../../async/delay.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { TaskEnvironment } from "../environment/task_environment.ts";
import { ProgressLines } from "../progress_lines.ts";
import type { InstructionContext, InstructionHandler } from "./instruction.ts";

const WINDOW = "CIRRUS_TERMINAL_EXPIRATION_WINDOW";

const DEFAULT_WINDOW_SECONDS = 15 * 60;

/** How long the upstream may take to answer; in milliseconds. */
const CALL_MS = 15_000;

/** `wait_for_terminal`: keeps the machine for those who have a shell there, until nobody does anything any more. */
export const runWaitForTerminalInstruction: InstructionHandler<"waitForTerminalInstruction"> = async (
  _instruction,
  context,
) => {
  const { terminal, environment, log, signal } = context;
  if (!terminal) {
    throw new Error(
      "Waiting for a terminal: the instruction names no terminal server, and Cirrus CI's own closed on 1 June 2026; " +
        "run one (https://github.com/cirruslabs/terminal), and have the upstream say its URL",
    );
  }
  const seconds = windowOf(environment);
  await log.writeLine("Waiting for the terminal server connection to be established...");
  {
    using _progress = new ProgressLines(
      () =>
        Promise.resolve(`Not connected yet: ${terminal.problem ?? "the terminal server has not answered"}`),
      { log: (line) => void log.writeLine(line) },
    );
    await abortable(terminal.attached, signal);
  }
  let quietSince = performance.now();
  for (;;) {
    await log.writeLine(
      `Waiting for the terminal session to be inactive for at least ${seconds.toFixed(1)} seconds...`,
    );
    await tellExpiring(context);
    await delay(Math.max(0, quietSince + seconds * 1_000 - performance.now()), { signal });
    if (terminal.lastActivity <= quietSince) return { kind: "passed" };
    quietSince = terminal.lastActivity;
  }
};

function windowOf(environment: TaskEnvironment): number {
  const text = environment.get(WINDOW);
  if (text === undefined) return DEFAULT_WINDOW_SECONDS;
  if (/^[1-9][0-9]{0,5}$/.test(text)) return Number(text);
  throw new Error(`${WINDOW} is ${JSON.stringify(text)}: it must be a number of seconds from 1 to 999,999`);
}

/** That it could not be told is no reason to end. */
async function tellExpiring({ upstream, log, signal }: InstructionContext): Promise<void> {
  const { client, taskIdentification } = upstream;
  const lifecycle = { case: "expiring", value: {} } as const;
  try {
    await client.reportTerminalLifecycle({ taskIdentification, lifecycle }, { signal, timeoutMs: CALL_MS });
  } catch (error) {
    signal.throwIfAborted();
    await log.writeLine(`Telling the upstream that the terminal expires: ${errorMessage(error)}`);
  }
}
