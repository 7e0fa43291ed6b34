import { buildCommand } from "@stricli/core";
import { type CliContext, lazily } from "../command.ts";
import { CLIENT_FLAGS } from "../controller_client/access_flags.ts";
import { OUTPUT_FORMATS } from "../run/output_format.ts";
import type { SubmitFlags } from "./submit_flags.ts";
import { SUMMARIES } from "../summaries.ts";

const text = { kind: "parsed", parse: String, optional: true } as const;

/** `cirrus submit [flags] [TASK]` */
export const submitCommand = buildCommand<SubmitFlags, [task?: string], CliContext>({
  loader: lazily(async () => (await import("./submit.ts")).submit),
  parameters: {
    flags: {
      ...CLIENT_FLAGS,
      file: {
        ...text,
        placeholder: "PATH",
        brief: "The definition; .cirrus.yml of this directory by default",
      },
      env: {
        ...text,
        variadic: true,
        placeholder: "NAME[=VALUE]",
        brief: "NAME=VALUE sets a variable for all tasks; NAME alone takes it from the environment",
      },
      envFile: {
        ...text,
        variadic: true,
        placeholder: "PATH",
        brief: "A file with lines of NAME=VALUE; --env wins over it",
      },
      cloneUrl: {
        ...text,
        placeholder: "URL",
        brief: "What tasks clone; the remote of this git clone by default, without that nothing",
      },
      branch: {
        ...text,
        placeholder: "NAME",
        brief: "Its branch; the current one of this git clone by default",
      },
      change: {
        ...text,
        placeholder: "SHA",
        brief: "Its commit; the last one of the branch in this git clone by default",
      },
      follow: {
        kind: "boolean",
        withNegated: false,
        brief: "Show what happens until the build has ended, and end as cirrus run does",
      },
      output: {
        kind: "enum",
        values: OUTPUT_FORMATS,
        default: "auto",
        brief: "How --follow shows what happens",
      },
    },
    aliases: { e: "env", o: "output" },
    positional: {
      kind: "tuple",
      parameters: [{
        parse: String,
        optional: true,
        placeholder: "TASK",
        brief: "Name or alias of the only task to run, in any case, without what it depends on",
      }],
    },
  },
  docs: {
    ...SUMMARIES.submit,
    fullDescription: [
      "Have a controller run the tasks of a .cirrus.yml on its workers. They clone what is in the repository: what is not",
      "pushed they do not see. A task with trigger_type: manual runs only when it is named, and one with",
      "required_pr_labels for a pull request only when CIRRUS_PR_LABELS has them all.",
      "",
      "Ends with 0 once the build is made; with --follow with 0 when all tasks passed and 1 when one failed. Ends with 2",
      "when there is nothing to run or the command line or the file is wrong. Ctrl-C stops following, not the build.",
      "",
      "EXAMPLES",
      "  cirrus submit",
      "  cirrus submit --follow lint",
      "  cirrus submit --file=ci/nightly.yml -e CI_NIGHTLY=true",
      "  cirrus submit --clone-url=https://git.example.com/team/app.git --branch=main --change=2c1f0a9",
    ].join("\n"),
  },
});
