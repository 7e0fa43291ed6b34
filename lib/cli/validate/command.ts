import { buildCommand } from "@stricli/core";
import { type CliContext, lazily } from "../command.ts";
import { parseAdditionalInstance } from "./additional_instance.ts";
import { parseTaskProperty } from "./task_property.ts";
import { PRINT_FORMATS, type ValidateFlags } from "./validate_flags.ts";
import { SUMMARIES } from "../summaries.ts";

/** `cirrus validate [flags]` */
export const validateCommand = buildCommand<ValidateFlags, [], CliContext>({
  loader: lazily(async () => (await import("./validate.ts")).validate),
  parameters: {
    flags: {
      file: {
        kind: "parsed",
        parse: String,
        optional: true,
        placeholder: "PATH",
        brief: "The file to check, - for standard input; .cirrus.yml by default",
      },
      env: {
        kind: "parsed",
        parse: String,
        variadic: true,
        optional: true,
        placeholder: "NAME[=VALUE]",
        brief: "A variable that expressions and names see; NAME alone takes it from the environment",
      },
      affectedFiles: {
        kind: "parsed",
        parse: String,
        variadic: ",",
        optional: true,
        placeholder: "PATH",
        brief: "The changed files that changesInclude() and changesIncludeOnly() see",
      },
      print: {
        kind: "enum",
        values: PRINT_FORMATS,
        optional: true,
        brief: "Write the tasks and the issues to standard output, for programs",
      },
      allowMissingInstances: {
        kind: "boolean",
        withNegated: false,
        brief: "A task may say nothing of what it runs on, as in cirrus run",
      },
      additionalTaskProperty: {
        kind: "parsed",
        parse: parseTaskProperty,
        variadic: true,
        optional: true,
        placeholder: "NAME:TYPE",
        brief: "A property of tasks that the host acts on; TYPE is bool, string or list",
      },
      additionalInstance: {
        kind: "parsed",
        parse: parseAdditionalInstance,
        variadic: true,
        optional: true,
        placeholder: "NAME:MESSAGE",
        brief: "A key for what the host runs tasks on, and the full name of the protobuf message it makes",
      },
      descriptorSet: {
        kind: "parsed",
        parse: String,
        optional: true,
        placeholder: "PATH",
        brief: "The protobuf descriptors that have those messages; this program's own by default",
      },
      schema: {
        kind: "boolean",
        withNegated: false,
        brief: "Write the JSON Schema of .cirrus.yml to standard output, for editors, and check nothing",
      },
    },
    aliases: { f: "file", e: "env" },
  },
  docs: {
    ...SUMMARIES.validate,
    fullDescription: [
      "Check a .cirrus.yml without running anything: every error and warning with its place and its line.",
      "",
      "Only the variables of --env are known. Files that the .cirrus.yml names are read relative to it and never",
      "from outside its repository. Ends with 0 when the file is valid, 1 when it is not, and 2 when there is no",
      "such file or the command line is wrong.",
      "",
      "EXAMPLES",
      "  cirrus validate                                   check .cirrus.yml of this directory",
      "  cirrus validate -f ci/.cirrus.yml -e CIRRUS_PR=1  another file, as a pull request sees it",
      "  cirrus validate --print=json                      tasks and issues, for programs",
      "  git show HEAD:.cirrus.yml | cirrus validate -f -  from standard input",
      "  cirrus validate --schema > cirrus.schema.json     completion and checks for your editor",
    ].join("\n"),
  },
});
