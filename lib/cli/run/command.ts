import { buildCommand } from "@stricli/core";
import { parseByteSize } from "../../units/byte_size.ts";
import { type CliContext, lazily } from "../command.ts";
import { ENGINE_CHOICES } from "../../machine/container/engine_name.ts";
import { parsePositiveDuration } from "../../units/positive_duration.ts";
import { OUTPUT_FORMATS } from "./output_format.ts";
import type { RunFlags } from "./run_flags.ts";
import { SUMMARIES } from "../summaries.ts";

/** `cirrus run [flags] [TASK]` */
export const runCommand = buildCommand<RunFlags, [task?: string], CliContext>({
  loader: lazily(async () => (await import("./run.ts")).runTasks),
  parameters: {
    flags: {
      dirty: {
        kind: "boolean",
        withNegated: false,
        brief: "Run in the project directory itself instead of a copy for each task",
      },
      env: {
        kind: "parsed",
        parse: String,
        variadic: true,
        optional: true,
        placeholder: "NAME[=VALUE]",
        brief: "NAME=VALUE sets a variable for all tasks; NAME alone takes it from the environment",
      },
      environment: {
        kind: "parsed",
        parse: String,
        variadic: true,
        optional: true,
        hidden: true,
        placeholder: "NAME[=VALUE]",
        brief: "The same as --env",
      },
      envFile: {
        kind: "parsed",
        parse: String,
        variadic: true,
        optional: true,
        placeholder: "PATH",
        brief: "A file with lines of NAME=VALUE; --env wins over it",
      },
      output: {
        kind: "enum",
        values: OUTPUT_FORMATS,
        default: "auto",
        brief: "How to show what happens",
      },
      verbose: {
        kind: "boolean",
        withNegated: false,
        brief: "Also show what the worker and the controller do",
      },
      jobs: {
        kind: "parsed",
        parse: parseJobs,
        optional: true,
        placeholder: "N",
        brief: "How many tasks that ask for no resources run at once; the number of processors by default",
      },
      heartbeatTimeout: {
        kind: "parsed",
        parse: parsePositiveDuration,
        optional: true,
        placeholder: "DURATION",
        brief: "Give a task up whose worker was silent for so long, such as 90s or 5m",
      },
      artifactsDir: {
        kind: "parsed",
        parse: String,
        optional: true,
        placeholder: "DIR",
        brief: "Keep the artifacts of tasks: DIR/TASK/NAME/PATH",
      },
      noCache: {
        kind: "boolean",
        withNegated: false,
        brief: "Neither use nor keep what tasks cached in earlier runs",
      },
      containerBackend: {
        kind: "enum",
        values: ENGINE_CHOICES,
        optional: true,
        brief: "What runs containers; CIRRUS_CONTAINER_ENGINE, else whichever works by default",
      },
      lazyPull: {
        kind: "boolean",
        withNegated: false,
        brief: "Pull an image only when the container engine does not have it",
      },
      tartLazyPull: {
        kind: "boolean",
        withNegated: false,
        brief: "Pull images of Tart only when this machine does not have them",
      },
      vetuLazyPull: {
        kind: "boolean",
        withNegated: false,
        brief: "Pull images of Vetu only when this machine does not have them",
      },
      maxCaches: {
        kind: "parsed",
        parse: parseByteSize,
        default: "10GB",
        placeholder: "SIZE",
        brief: "What the caches of all projects may take; those not used for longest go first",
      },
      stateDir: {
        kind: "parsed",
        parse: String,
        optional: true,
        placeholder: "PATH",
        brief:
          "Where to write down what is to be removed if this is killed; the platform's state folder by default",
      },
      affectedFiles: {
        kind: "parsed",
        parse: String,
        variadic: ",",
        optional: true,
        placeholder: "PATH",
        brief: "The changed files that changesInclude() and changesIncludeOnly() see",
      },
      affectedFilesGit: {
        kind: "parsed",
        parse: String,
        optional: true,
        placeholder: "REVISION",
        brief: "As --affected-files, with the files that differ from a git revision",
      },
      affectedFilesGitCached: {
        kind: "parsed",
        parse: String,
        optional: true,
        placeholder: "REVISION",
        brief: "As --affected-files, with the staged files that differ from a git revision",
      },
    },
    aliases: { e: "env", o: "output", v: "verbose" },
    positional: {
      kind: "tuple",
      parameters: [{
        parse: parseTaskName,
        optional: true,
        placeholder: "TASK",
        brief: "Name or alias of the only task to run, in any case, without what it depends on",
      }],
    },
  },
  docs: {
    ...SUMMARIES.run,
    fullDescription: [
      "Run the tasks of the current directory's .cirrus.yml on this machine: those that need a persistent worker, and",
      "those with a container, by Docker or Podman.",
      "",
      "Each task works in a copy of the project: what git does not ignore and, at the top of a repository, its",
      ".git directory; outside a repository, everything. A task with trigger_type: manual runs only when it is",
      "named; tasks with the same execution_lock run one at a time.",
      "",
      "A macos_instance, and isolation: tart or vetu, run in a virtual machine where that program is installed.",
      "",
      "Ends with 0 when all tasks passed, 1 when one failed, 2 when there is nothing to run or the command line or",
      "the file is wrong, and 130 after Ctrl-C.",
      "",
      "EXAMPLES",
      "  cirrus run                                 run every task that can run here",
      "  cirrus run lint                            run only the task named lint",
      "  cirrus run --dirty -e CI_NIGHTLY=true      in this very directory, with a variable",
      "  cirrus run --output=simple --jobs=1 test   plain lines",
      "  cirrus run --container-backend=podman      containers by Podman",
      "  cirrus run --affected-files-git=main       only what the changes since main concern",
    ].join("\n"),
  },
});

function parseJobs(text: string): number {
  const jobs = Number(text);
  if (!Number.isSafeInteger(jobs) || jobs < 1) throw new SyntaxError("expected a whole number from 1 up");
  return jobs;
}

function parseTaskName(text: string): string {
  if (text.startsWith("-")) {
    throw new SyntaxError("this is no flag as it is written: see --help");
  }
  return text;
}
