import { valueOf } from "../reading/exclusive_keys.ts";
import { type ControllerConfig, controllerConfig } from "./controller_config.ts";
import { NamedFiles } from "../reading/named_files.ts";
import { type ReadConfig, readConfig } from "../reading/read_config.ts";

/**
 * Reads a controller's file, and looks whether the files that it names are there and fit. Rejects with a `ConfigError`
 * that says everything that is wrong.
 */
export async function readControllerFile(path: string): Promise<ReadConfig<ControllerConfig>> {
  const config = await readConfig(path, controllerConfig);
  const files = new NamedFiles();
  for (const key of ["registration-token-file", "api-token-file"]) {
    await files.token(valueOf(config.root, key));
  }
  for (const key of ["tls-cert", "tls-key"]) await files.check(valueOf(config.root, key));
  if (files.problems.length > 0) throw config.error(files.problems);
  return config;
}
