import { defaultStateDirectory } from "../../worker/state_directory.ts";
import type { ChangeableOptions, WorkerOptions } from "../../worker/options/worker_options.ts";
import { VERSION } from "../version.ts";
import type { WorkerRunFlags } from "./flags.ts";
import type { WorkerSettings } from "./worker_settings.ts";

/** What a worker is told by its flags and its file. Throws where there is no place for its state. */
export function workerOptions(flags: WorkerRunFlags, settings: WorkerSettings): WorkerOptions {
  const { "resource-modifiers": resourceModifiers, "tart-pre-pull": prePull } = settings.file?.config.value ??
    {};
  return {
    ...changeableOptions(flags, settings),
    resourceModifiers,
    prePull,
    name: settings.name,
    version: VERSION,
    stateDirectory: flags.stateDir ?? defaultStateDirectory(),
    adoptLeftovers: flags.adoptLeftovers,
    container: { lazyPull: flags.lazyPull },
    maxMirrorBytes: flags.maxMirrors,
  };
}

/** The part of it that can change while the worker runs. Maps of the file are merged over those of flags key by key. */
export function changeableOptions(
  flags: WorkerRunFlags,
  { upstreams, file }: WorkerSettings,
): ChangeableOptions {
  const { labels, resources, security = {}, standby, tuning = {} } = file?.config.value ?? {};
  return {
    upstreams,
    labels: Object.assign({}, ...flags.labels ?? [], labels),
    resources: Object.assign({}, ...flags.resources ?? [], resources),
    security,
    standby,
    tuning,
  };
}
