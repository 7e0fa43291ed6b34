import type { ControllerConfig } from "../../config/controller/controller_config.ts";
import type { ReadConfig } from "../../config/reading/read_config.ts";
import { holdingConfig } from "../holding_config.ts";
import type { ControllerRunFlags } from "./controller_flags.ts";

/** What a controller is told, by its file and below that by its flags. */
export interface ControllerSettings extends Omit<ControllerRunFlags, "file"> {
  readonly log?: ControllerConfig["log"];
  /** Absent where no file was given. */
  readonly config?: ReadConfig<ControllerConfig>;
}

/** Reads the file. Rejects with a `UsageError` that says what is wrong. */
export async function readControllerSettings(flags: ControllerRunFlags): Promise<ControllerSettings> {
  const { file, ...given } = flags;
  if (file === undefined) return given;
  // What reads files is much of what a start takes.
  const { readControllerFile } = await import("../../config/controller/controller_file.ts");
  const config = await holdingConfig(readControllerFile(file));
  return { ...given, ...overrides(config.value), config };
}

/** What a file says, by the names of flags. */
function overrides(value: ControllerConfig): Partial<ControllerSettings> {
  const said = Object.entries(value).filter(([, option]) => option !== undefined);
  return Object.fromEntries(said.map(([key, option]) => [camelCase(key), option]));
}

function camelCase(key: string): string {
  return key.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
}
