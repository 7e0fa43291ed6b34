import { buildCommand, buildRouteMap } from "@stricli/core";
import { type CliContext, type CommandBody, lazily } from "../command.ts";
import { CLIENT_FLAGS, type ClientFlags } from "../controller_client/access_flags.ts";
import { SUMMARIES } from "../summaries.ts";

const list = buildCommand<ClientFlags, [], CliContext>({
  loader: lazily(async () => (await import("./list_workers.ts")).listWorkers),
  parameters: { flags: CLIENT_FLAGS },
  docs: {
    brief: "List the workers of a controller, those that are away too",
    customUsage: ["[flags]"],
    fullDescription: [
      "List the workers of a controller, those that are away too, and what each runs.",
      "",
      "EXAMPLES",
      "  cirrus workers",
      "  cirrus workers list --json",
    ].join("\n"),
  },
});

type NamedWorkerBody = CommandBody<ClientFlags, [name: string]>;

function onWorker(
  name: string,
  docs: { brief: string; detail: string; load: () => Promise<NamedWorkerBody> },
) {
  const { brief, detail, load } = docs;
  return buildCommand<ClientFlags, [name: string], CliContext>({
    loader: lazily(load),
    parameters: {
      flags: CLIENT_FLAGS,
      positional: { kind: "tuple", parameters: [{ parse: String, placeholder: "NAME", brief: "Its name" }] },
    },
    docs: {
      brief,
      customUsage: ["[flags] NAME"],
      fullDescription: [`${brief}${detail}`, "", "EXAMPLES", `  cirrus workers ${name} mini-1`].join("\n"),
    },
  });
}

/** `cirrus workers ...` */
export const workersCommands = buildRouteMap<string, CliContext>({
  routes: {
    list,
    disable: onWorker("disable", {
      brief: "Give a worker no more tasks",
      detail: "; those that it runs go on.",
      load: async () => (await import("./change_worker.ts")).disable,
    }),
    enable: onWorker("enable", {
      brief: "Give a worker tasks again",
      detail: " that was disabled.",
      load: async () => (await import("./change_worker.ts")).enable,
    }),
    delete: onWorker("delete", {
      brief: "Forget a worker",
      detail: " that is away and runs nothing. It is known again once it polls.",
      load: async () => (await import("./change_worker.ts")).remove,
    }),
  },
  defaultCommand: "list",
  docs: {
    brief: SUMMARIES.workers.brief,
    fullDescription: [
      "List and look after the workers of a controller.",
      "",
      "EXAMPLES",
      "  cirrus workers",
      "  cirrus workers disable mini-1",
    ].join("\n"),
  },
});
