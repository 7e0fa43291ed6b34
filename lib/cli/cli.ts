import { buildApplication, buildRouteMap, help, run, version } from "@stricli/core";
import type { CliContext } from "./command.ts";
import { commandsBesideDefault } from "./command_group.ts";
import { artifactsCommand } from "./artifacts/command.ts";
import { buildsCommand } from "./builds/command.ts";
import { cancelCommand } from "./cancel/command.ts";
import { controllerCommands } from "./controller/commands.ts";
import { completionCommand } from "./completion/command.ts";
import { configCommands } from "./config/commands.ts";
import { PROPOSE, propose } from "./completion/propose.ts";
import { debugFlag, takeDebugFlag } from "./debug_flag.ts";
import { exitCodeOf, exitCodeOfRun } from "./exit_code.ts";
import { separateFlagWords } from "./flag_words.ts";
import type { Io, OutputStream } from "./io.ts";
import { licensesCommand } from "./licenses/command.ts";
import { logsCommand } from "./logs/command.ts";
import { rerunCommand } from "./rerun/command.ts";
import { runCommand } from "./run/command.ts";
import { submitCommand } from "./submit/command.ts";
import { applicationText } from "./text.ts";
import { validateCommand } from "./validate/command.ts";
import { describeVersion } from "./version.ts";
import { workerCommands } from "./worker/commands.ts";
import { workersCommands } from "./workers/commands.ts";

const root = buildRouteMap<string, CliContext>({
  routes: {
    artifacts: artifactsCommand,
    builds: buildsCommand,
    cancel: cancelCommand,
    completion: completionCommand,
    config: configCommands,
    controller: controllerCommands,
    licenses: licensesCommand,
    logs: logsCommand,
    rerun: rerunCommand,
    run: runCommand,
    submit: submitCommand,
    validate: validateCommand,
    worker: workerCommands,
    workers: workersCommands,
  },
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

/** Makes the library name all that a word could mean, of which we choose: its own choice knows no kebab case. */
const EVERYTHING_IS_NEAR = {
  threshold: Infinity,
  weights: { insertion: 0, deletion: 0, substitution: 0, transposition: 0 },
};

const createApplication = (words: readonly string[], { debug }: { readonly debug: boolean }) =>
  buildApplication<CliContext>(root, {
    name: "cirrus",
    scanner: {
      caseStyle: "allow-kebab-for-camel",
      allowArgumentEscapeSequence: true,
      distanceOptions: EVERYTHING_IS_NEAR,
    },
    documentation: { caseStyle: "convert-camel-to-kebab" },
    completion: { includeAliases: true },
    localization: { text: applicationText({ debug, commands: commandsBesideDefault(root, words) }) },
    determineExitCode: exitCodeOf,
  }, {
    debug: debugFlag,
    help: help({
      brief: "Print help and exit",
      complete: true,
      defaultForRouteMap: true,
      formatting: {
        caseStyle: "convert-camel-to-kebab",
        useAliasInUsageLine: false,
        onlyRequiredInUsageLine: true,
      },
    }),
    // No `-v`: that is `--verbose` of `cirrus run`.
    version: version({
      brief: "Print version, commit, Deno, operating system and architecture, and exit",
      info: { getCurrentVersion: () => Promise.resolve(describeVersion()) },
      alias: false,
      complete: true,
    }),
  });

/** Runs the program with these arguments and resolves with its exit code. Never rejects. */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  const process: CliContext["process"] = { stdout: writable(io.stdout, io), stderr: writable(io.stderr, io) };
  const { words: given, debug } = takeDebugFlag(args);
  const words = given[0] === PROPOSE ? given : separateFlagWords(root, given);
  const application = createApplication(words, { debug });
  const context = { process, io: debug ? withDebug(io) : io };
  if (words[0] === PROPOSE) process.stdout.write(await propose(application, words.slice(1), context));
  else await run(application, words, context);
  return exitCodeOfRun(process.exitCode);
}

function withDebug(io: Io): Io {
  const { stdout, stderr, readStdin, environment, workingDirectory } = io;
  const onSignal: Io["onSignal"] = (signal, callback) => io.onSignal(signal, callback);
  return { stdout, stderr, readStdin, environment, workingDirectory, onSignal, debug: true };
}

/** A stream as the command line's library wants it. */
function writable(stream: OutputStream, { environment }: Io) {
  const colours = stream.terminalSize() !== undefined && !environment.get("NO_COLOR");
  return { write: (text: string) => stream.writeSync(text), getColorDepth: () => colours ? 4 : 1 };
}
