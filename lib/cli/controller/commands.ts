import { buildCommand, buildRouteMap } from "@stricli/core";
import { type CliContext, lazily } from "../command.ts";
import { serviceCommands } from "../service/install_commands.ts";
import { CONTROLLER_RUN_FLAGS, type ControllerRunFlags } from "./controller_flags.ts";
import { SUMMARIES } from "../summaries.ts";

const run = buildCommand<ControllerRunFlags, [], CliContext>({
  loader: lazily(async () => (await import("./run_controller.ts")).runController),
  parameters: {
    flags: CONTROLLER_RUN_FLAGS,
    aliases: { f: "file" },
  },
  docs: {
    brief: "Run the server that workers poll, in the foreground",
    customUsage: ["[flags]"],
    fullDescription: [
      "Run the server that workers poll, in the foreground: it keeps builds and gives their tasks to workers.",
      "",
      "The first SIGINT or SIGTERM gives out no more tasks and lets calls end; the second ends at once.",
      "Running tasks go on without it, and it knows of them again when it is started again.",
      "SIGHUP lets it read the file of --file again.",
      "",
      "EXAMPLES",
      "  cirrus controller run",
      "  cirrus controller run -f controller.yml",
      "  cirrus controller run --listen=0.0.0.0:6130 --tls-cert=cert.pem --tls-key=key.pem",
      "  cirrus controller run --data-dir=/var/lib/cirrus --registration-token-file=/etc/cirrus/token",
    ].join("\n"),
  },
});

const { install, uninstall } = serviceCommands({
  program: "controller",
  runFlags: CONTROLLER_RUN_FLAGS,
  install: async () => (await import("./controller_service.ts")).installController,
  uninstall: async () => (await import("./controller_service.ts")).uninstallController,
  examples: [
    "  cirrus controller install --data-dir=/var/lib/cirrus",
    "  cirrus controller install --listen=0.0.0.0:6130 --tls-cert=cert.pem --tls-key=key.pem --dry-run",
  ],
});

/** `cirrus controller ...` */
export const controllerCommands = buildRouteMap<string, CliContext>({
  routes: { run, install, uninstall },
  docs: {
    brief: SUMMARIES.controller.brief,
    fullDescription: [
      "Run the server that workers poll.",
      "",
      "EXAMPLES",
      "  cirrus controller run",
    ].join("\n"),
  },
});
