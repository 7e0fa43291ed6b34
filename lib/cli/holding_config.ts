import { ConfigError } from "../config/config_error.ts";
import { UsageError } from "./usage_error.ts";

/** What is read of a configuration file; where it does not hold, a `UsageError` says everything that is wrong with it. */
export async function holdingConfig<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new UsageError(error.message, { cause: error });
  }
}
