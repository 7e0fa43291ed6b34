import type { TaskWithWaitBody } from "../../controller/api/schemas.ts";
import { isFinal } from "../../controller/records.ts";
import type { ControllerClient } from "../controller_client/controller_client.ts";
import { patiently } from "../controller_client/patiently.ts";
import { requireTask } from "../controller_client/require_by_id.ts";
import { withController } from "../controller_client/with_controller.ts";
import { nearest } from "../../diagnostics/nearest.ts";
import { ExitCode } from "../exit_code.ts";
import type { Io } from "../io.ts";
import { UsageError } from "../usage_error.ts";
import type { LogsFlags } from "./logs_flags.ts";
import { LogPrinter } from "./log_printer.ts";

/** `cirrus logs`: what a task's commands have printed. */
export function showLogs(flags: LogsFlags, io: Io, taskId: string, command?: string): Promise<number> {
  return withController({ flags, io }, async (client, signal) => {
    const task = await requireTask(taskId, client);
    const commands = wantedCommands(task, command);
    const style = flags.json ? "json" : command === undefined ? "headed" : "bare";
    const readLog = (...log: Parameters<ControllerClient["readLog"]>) =>
      flags.follow ? patiently(() => client.readLog(...log), { signal }) : client.readLog(...log);
    const printer = new LogPrinter({ client: { readLog }, taskId, stdout: io.stdout, style });
    if (flags.follow) await follow(task, { client, commands, printer, io, signal });
    const printed: boolean[] = [];
    for (const name of commands) printed.push(await printer.print(name));
    if (!printed.includes(true)) io.stderr.writeSync(`${describeNone(task)}\n`);
    return ExitCode.success;
  });
}

function wantedCommands({ id, commands }: TaskWithWaitBody, command: string | undefined): string[] {
  const names = commands.map(({ name }) => name);
  if (command === undefined) return names;
  if (names.includes(command)) return [command];
  const meant = nearest(command, names);
  throw new UsageError(
    `Task ${id} has no command named ${JSON.stringify(command)}` +
      (meant === undefined ? `: it has ${names.join(", ")}` : `, did you mean ${JSON.stringify(meant)}?`),
  );
}

/** Prints logs as they grow until the task has ended. */
async function follow(
  task: TaskWithWaitBody,
  options: {
    readonly client: ControllerClient;
    readonly commands: readonly string[];
    readonly printer: LogPrinter;
    readonly io: Io;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { client, commands, printer, io, signal } = options;
  const onAway = (error: Error) => io.stderr.writeSync(`${error.message}; trying again\n`);
  let started = false;
  for await (const event of client.watchBuild(task.buildId, { signal, onAway })) {
    if (event.kind === "build" || event.taskId !== task.id) continue;
    if (event.kind === "log" && commands.includes(event.command)) await printer.print(event.command);
    if (event.kind !== "task") continue;
    if (isFinal(event.state.status)) return;
    if (event.state.status === "executing") started = true;
    else if (event.state.status === "triggered" && started) printer.startOver();
  }
}

function describeNone({ id, status, wait, message }: TaskWithWaitBody): string {
  const why = wait?.text ?? message;
  return `Task ${id} has printed nothing: it is ${status}${why === undefined ? "" : `, ${why}`}`;
}
