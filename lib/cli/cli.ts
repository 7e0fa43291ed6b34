import { buildApplication, help, run, version } from "@stricli/core";
import type { CliContext } from "./command.ts";
import type { Group } from "./command_group.ts";
import { PROPOSE, propose } from "./completion/propose.ts";
import { commandWords } from "./command_words.ts";
import { debugFlag, takeDebugFlag } from "./debug_flag.ts";
import { exitCodeOf, exitCodeOfRun } from "./exit_code.ts";
import { separateFlagWords } from "./flag_words.ts";
import type { Io, OutputStream } from "./io.ts";
import { loadRoot } from "./root.ts";
import { applicationText } from "./text.ts";
import { describeVersion } from "./version.ts";

/** Keeps the library from looking for what a word could mean, as `text.ts` does that. */
const NOTHING_IS_NEAR = {
  threshold: -1,
  weights: { insertion: 0, deletion: 0, substitution: 0, transposition: 0 },
};

const createApplication = (
  root: Group,
  { words, debug }: { readonly words: readonly string[]; readonly debug: boolean },
) =>
  buildApplication<CliContext>(root, {
    name: "cirrus",
    scanner: {
      caseStyle: "allow-kebab-for-camel",
      allowArgumentEscapeSequence: true,
      distanceOptions: NOTHING_IS_NEAR,
    },
    documentation: { caseStyle: "convert-camel-to-kebab" },
    completion: { includeAliases: true },
    localization: { text: applicationText({ root, words }, { debug }) },
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
  const isProposing = given[0] === PROPOSE;
  const words = isProposing ? given.slice(1) : commandWords(given);
  const root = await loadRoot(words[0]);
  const line = isProposing ? words : separateFlagWords(root, words);
  const application = createApplication(root, { words: line, debug });
  const context = { process, io: debug ? withDebug(io) : io };
  if (isProposing) process.stdout.write(await propose(application, line, context));
  else await run(application, line, context);
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
