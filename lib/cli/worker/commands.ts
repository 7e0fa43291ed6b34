import { buildCommand, buildRouteMap } from "@stricli/core";
import { type CliContext, lazily } from "../command.ts";
import { serviceCommands } from "../service/install_commands.ts";
import {
  type StatusFlags,
  UPSTREAM_FLAGS,
  type UpstreamFlags,
  WORKER_RUN_FLAGS,
  type WorkerRunFlags,
} from "./flags.ts";
import { SUMMARIES } from "../summaries.ts";

const run = buildCommand<WorkerRunFlags, [], CliContext>({
  loader: lazily(async () => (await import("./run_worker.ts")).runWorker),
  parameters: {
    flags: WORKER_RUN_FLAGS,
    aliases: { f: "file" },
  },
  docs: {
    brief: "Run a persistent worker in the foreground",
    customUsage: ["[flags]"],
    fullDescription: [
      "Run a persistent worker in the foreground: it polls its upstream for tasks and runs them on this host.",
      "",
      "The first SIGINT or SIGTERM lets running tasks finish and takes no new ones; the second cancels them.",
      "SIGHUP lets it read the file of --file again, without touching running tasks.",
      "The token comes from the configuration file, --token-file, --token or CIRRUS_WORKER_TOKEN, in this order.",
      "",
      "EXAMPLES",
      "  cirrus worker run -f worker.yml",
      "  cirrus worker run --rpc-endpoint=http://ci.example.com:6130 --token-file=/etc/cirrus/token",
      "  cirrus worker run --rpc-endpoint=https://ci.example.com --name=mini-1 --labels=xcode=26,rack=2",
      "  CIRRUS_WORKER_TOKEN=... cirrus worker run --rpc-endpoint=unix:/run/cirrus.sock --resources=gpu=2",
    ].join("\n"),
  },
});

const pause = buildCommand<UpstreamFlags & { readonly wait: boolean }, [], CliContext>({
  loader: lazily(async () => (await import("./administer_worker.ts")).pause),
  parameters: {
    flags: {
      ...UPSTREAM_FLAGS,
      wait: { kind: "boolean", withNegated: false, brief: "Return only once none of its tasks runs" },
    },
    aliases: { f: "file" },
  },
  docs: {
    brief: "Stop new tasks from being scheduled on a worker",
    customUsage: ["[flags]"],
    fullDescription: [
      "Stop new tasks from being scheduled on a worker; those that run go on. Works from any host.",
      "",
      "EXAMPLES",
      "  cirrus worker pause --rpc-endpoint=http://ci.example.com:6130 --token-file=/etc/cirrus/token",
      "  cirrus worker pause --rpc-endpoint=http://ci.example.com:6130 --token=... --name=mini-1 --wait",
    ].join("\n"),
  },
});

const resume = buildCommand<UpstreamFlags, [], CliContext>({
  loader: lazily(async () => (await import("./administer_worker.ts")).resume),
  parameters: { flags: UPSTREAM_FLAGS, aliases: { f: "file" } },
  docs: {
    brief: "Undo pause",
    customUsage: ["[flags]"],
    fullDescription: [
      "Let new tasks be scheduled on a worker again. Works from any host.",
      "",
      "EXAMPLES",
      "  cirrus worker resume --rpc-endpoint=http://ci.example.com:6130 --token-file=/etc/cirrus/token",
    ].join("\n"),
  },
});

const status = buildCommand<StatusFlags, [], CliContext>({
  loader: lazily(async () => (await import("./show_status.ts")).showStatus),
  parameters: {
    flags: {
      file: {
        kind: "parsed",
        parse: String,
        optional: true,
        placeholder: "PATH",
        brief: "Only the worker that this configuration file is of",
      },
      json: { kind: "boolean", withNegated: false, brief: "As JSON, for programs" },
      stateDir: {
        kind: "parsed",
        parse: String,
        optional: true,
        placeholder: "PATH",
        brief: "The --state-dir that the workers were started with",
      },
    },
    aliases: { f: "file" },
  },
  docs: {
    brief: "Show the workers of this host, what each runs, and since when",
    customUsage: ["[flags]"],
    fullDescription: [
      "Show the workers of this host, what each runs, and since when.",
      "",
      "EXAMPLES",
      "  cirrus worker status",
      "  cirrus worker status -f worker.yml --json",
    ].join("\n"),
  },
});

const { install, uninstall } = serviceCommands({
  program: "worker",
  runFlags: WORKER_RUN_FLAGS,
  install: async () => (await import("./worker_service.ts")).installWorker,
  uninstall: async () => (await import("./worker_service.ts")).uninstallWorker,
  examples: [
    "  cirrus worker install --rpc-endpoint=https://ci.example.com --token-file=/etc/cirrus/token",
    "  cirrus worker install -f /etc/cirrus/worker.yml --dry-run",
  ],
});

/** `cirrus worker ...` */
export const workerCommands = buildRouteMap<string, CliContext>({
  routes: { run, pause, resume, status, install, uninstall },
  docs: {
    brief: SUMMARIES.worker.brief,
    fullDescription: [
      "Run and look after persistent workers of this host.",
      "",
      "EXAMPLES",
      "  cirrus worker run --rpc-endpoint=http://ci.example.com:6130 --token-file=/etc/cirrus/token",
      "  cirrus worker status",
    ].join("\n"),
  },
});
