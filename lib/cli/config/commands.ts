import { buildCommand, buildRouteMap } from "@stricli/core";
import { type CliContext, lazily } from "../command.ts";
import type { CheckFlags, InitFlags, SchemaFlags } from "./config_flags.ts";
import { SUMMARIES } from "../summaries.ts";

const controller = {
  kind: "boolean",
  withNegated: false,
  brief: "The file of a controller, not of a worker",
} as const;

const check = buildCommand<CheckFlags, [], CliContext>({
  loader: lazily(async () => (await import("./check_config.ts")).checkConfig),
  parameters: {
    flags: {
      file: { kind: "parsed", parse: String, placeholder: "PATH", brief: "The file to check" },
      controller,
    },
    aliases: { f: "file" },
  },
  docs: {
    brief: "Check a configuration file, and show what it comes to",
    customUsage: ["-f PATH [--controller]"],
    fullDescription: [
      "Check a configuration file: every error with its place and its line, or what the file comes to, secrets hidden,",
      "and where each value is from. Ends with 0 when the file holds, and with 1 when it does not.",
      "",
      "EXAMPLES",
      "  cirrus config check -f worker.yml",
      "  cirrus config check -f controller.yml --controller",
    ].join("\n"),
  },
});

const schema = buildCommand<SchemaFlags, [], CliContext>({
  loader: lazily(async () => (await import("./print_schema.ts")).printSchema),
  parameters: { flags: { controller } },
  docs: {
    brief: "Write the JSON Schema of a configuration file",
    customUsage: ["[--controller]"],
    fullDescription: [
      "Write the JSON Schema of a configuration file, with which editors complete and check it.",
      "",
      "EXAMPLES",
      "  cirrus config schema >worker.schema.json",
      "  cirrus config schema --controller >controller.schema.json",
    ].join("\n"),
  },
});

const init = buildCommand<InitFlags, [], CliContext>({
  loader: lazily(async () => (await import("./init_config.ts")).initConfig),
  parameters: {
    flags: {
      file: {
        kind: "parsed",
        parse: String,
        optional: true,
        placeholder: "PATH",
        brief: "The file to write; worker.yml, or controller.yml with --controller, by default",
      },
      controller,
    },
    aliases: { f: "file" },
  },
  docs: {
    brief: "Write a commented configuration file to begin with",
    customUsage: ["[-f PATH] [--controller]"],
    fullDescription: [
      "Write a configuration file in which every key is explained and shown with an example. A file that is there",
      "already is left alone.",
      "",
      "EXAMPLES",
      "  cirrus config init",
      "  cirrus config init -f /etc/cirrus/controller.yml --controller",
    ].join("\n"),
  },
});

/** `cirrus config ...` */
export const configCommands = buildRouteMap<string, CliContext>({
  routes: { check, schema, init },
  docs: {
    brief: SUMMARIES.config.brief,
    fullDescription: [
      "Check, describe and begin the configuration files of workers and controllers.",
      "",
      "EXAMPLES",
      "  cirrus config init",
      "  cirrus config check -f worker.yml",
    ].join("\n"),
  },
});
