import { type ReadConfig, readConfig } from "../reading/read_config.ts";
import { type WorkerConfig, workerConfig } from "./worker_config.ts";
import { type ConfiguredUpstreams, configuredUpstreams } from "./worker_upstreams.ts";

/** A worker's file, with the files of tokens that it names. */
export interface WorkerFile {
  readonly config: ReadConfig<WorkerConfig>;
  readonly upstreams: ConfiguredUpstreams;
}

/** Reads a worker's file. Rejects with a `ConfigError` that says everything that is wrong with it. */
export async function readWorkerFile(path: string): Promise<WorkerFile> {
  const config = await readConfig(path, workerConfig);
  return { config, upstreams: await configuredUpstreams(config) };
}
