import { buildCommand, buildRouteMap } from "@stricli/core";
import type { CliContext } from "./command.ts";
import type { Group, Target } from "./command_group.ts";
import { type CommandName, SUMMARIES, type Summary } from "./summaries.ts";

const LOADERS: Readonly<Record<CommandName, () => Promise<Target>>> = {
  artifacts: async () => (await import("./artifacts/command.ts")).artifactsCommand,
  builds: async () => (await import("./builds/command.ts")).buildsCommand,
  cancel: async () => (await import("./cancel/command.ts")).cancelCommand,
  completion: async () => (await import("./completion/command.ts")).completionCommand,
  config: async () => (await import("./config/commands.ts")).configCommands,
  controller: async () => (await import("./controller/commands.ts")).controllerCommands,
  licenses: async () => (await import("./licenses/command.ts")).licensesCommand,
  logs: async () => (await import("./logs/command.ts")).logsCommand,
  rerun: async () => (await import("./rerun/command.ts")).rerunCommand,
  run: async () => (await import("./run/command.ts")).runCommand,
  submit: async () => (await import("./submit/command.ts")).submitCommand,
  validate: async () => (await import("./validate/command.ts")).validateCommand,
  worker: async () => (await import("./worker/commands.ts")).workerCommands,
  workers: async () => (await import("./workers/commands.ts")).workersCommands,
};

/**
 * All commands, for a command line that begins with `word`: of those that it does not name there is only what help and
 * completion list, so that nothing is loaded in vain. No later word can name one of them.
 */
export async function loadRoot(word: string | undefined): Promise<Group> {
  const routes: Record<string, Target> = {};
  for (const [name, summary] of Object.entries(SUMMARIES)) routes[name] = listed(summary);
  const named = Object.entries(LOADERS).find(([name]) => name === word);
  if (named) routes[named[0]] = await named[1]();
  return buildRouteMap<string, CliContext>({
    routes,
    docs: {
      brief: "Run Cirrus CI tasks: on this machine, or on a pool of persistent workers",
      fullDescription: [
        "Run Cirrus CI tasks: on this machine, or on a pool of persistent workers",
        "",
        "EXAMPLES",
        "  cirrus run                 run every task of .cirrus.yml that can run here",
        "  cirrus run lint            run only the task named lint",
        "  cirrus controller run      run a server that workers poll",
        "  cirrus submit --follow     run the tasks of .cirrus.yml on its workers",
        "  cirrus validate            check .cirrus.yml and run nothing",
        "  cirrus worker run --help   how to start a persistent worker",
      ].join("\n"),
    },
  });
}

/** A command that is only listed; nothing runs it. */
function listed({ brief, customUsage = [] }: Summary): Target {
  const command = buildCommand<Record<never, never>, [], CliContext>({
    func() {},
    parameters: {},
    docs: { brief },
  });
  return { ...command, formatUsageLine: ({ prefix }) => [...prefix, ...customUsage].join(" ") };
}
