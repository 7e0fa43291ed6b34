import type { CommandsResponse } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { errorMessage } from "../diagnostics/error_message.ts";
import type { AgentOptions } from "./agent_options.ts";
import { initialVariables } from "./environment/initial_variables.ts";
import { TaskEnvironment } from "./environment/task_environment.ts";
import type { SecretSet } from "./logs/secret_set.ts";
import { asMachineLost } from "./machine_lost.ts";
import { machinePaths } from "./machine_paths.ts";
import { ScratchDirectory } from "./scratch_directory.ts";
import type { AgentTimings } from "./agent_timings.ts";
import { readVaultValues } from "./vault/read_vault_values.ts";

/** Where the commands of a task run and with which variables. */
export interface PreparedTask {
  readonly environment: TaskEnvironment;
  /** Absolute path in the machine. */
  readonly workingDirectory: string;
  readonly scratch: ScratchDirectory;
}

export interface PrepareOptions
  extends
    Pick<AgentOptions, "machine" | "environment" | "transfers">,
    Pick<AgentTimings, "vaultMs" | "vaultRetryMs"> {
  /** Told of what no log may show. */
  readonly secrets: SecretSet;
  readonly signal: AbortSignal;
}

/**
 * Builds a task's environment and makes its folders. Rejects with an `Error` that says what cannot be had and
 * what to do.
 */
export async function prepareTask(
  response: CommandsResponse,
  options: PrepareOptions,
): Promise<PreparedTask> {
  const { machine } = options;
  const environment = await buildEnvironment(response, options);
  const { resolve } = machinePaths(machine.platform);
  const workingDirectory = resolve(machine.workingDirectory, environment.get("CIRRUS_WORKING_DIR") ?? "");
  environment.merge([["CIRRUS_WORKING_DIR", workingDirectory]]);
  const scratch = new ScratchDirectory(machine);
  await make(() => machine.files.makeDirectory(workingDirectory), {
    what: `the working directory ${workingDirectory}`,
    advice: "set CIRRUS_WORKING_DIR to a place that the task may write to",
  });
  await make(() => scratch.make(), {
    what: `the folder for scripts ${scratch.path}`,
    advice: "make sure that the machine's folder for temporary files exists and has room",
  });
  return { environment, workingDirectory, scratch };
}

async function buildEnvironment(
  response: CommandsResponse,
  options: PrepareOptions,
): Promise<TaskEnvironment> {
  const { machine: { platform, workingDirectory, environment: own }, secrets, transfers } = options;
  const machine = new Map([...own, ...options.environment ?? []]);
  const variables = initialVariables(response.environment, {
    platform,
    workingDirectory,
    environment: machine,
  });
  const newEnvironment = () =>
    new TaskEnvironment({ machine, ignoreCase: platform.os === "windows", secrets });
  const before = newEnvironment();
  before.merge(variables);
  const values = await readVaultValues(before.variables, { ...options, web: transfers.web });
  if (values.size === 0) return before;
  secrets.add(...values.values());
  // Expanded anew: others may refer to what came from Vault.
  const environment = newEnvironment();
  environment.merge([...variables, ...values]);
  secrets.add(...values.keys().map((name) => environment.get(name) ?? ""));
  return environment;
}

async function make(create: () => Promise<void>, texts: { what: string; advice: string }): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (asMachineLost(error)) throw error;
    throw new Error(`Making ${texts.what}: ${errorMessage(error)}; ${texts.advice}`, { cause: error });
  }
}
