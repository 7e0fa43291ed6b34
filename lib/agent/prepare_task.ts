import type { CommandsResponse } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { errorMessage } from "../diagnostics/error_message.ts";
import type { AgentOptions } from "./agent_options.ts";
import { findVaultVariable, initialVariables } from "./environment/initial_variables.ts";
import { TaskEnvironment } from "./environment/task_environment.ts";
import type { SecretSet } from "./logs/secret_set.ts";
import { asMachineLost } from "./machine_lost.ts";
import { machinePaths } from "./machine_paths.ts";
import { ScratchDirectory } from "./scratch_directory.ts";

/** Where the commands of a task run and with which variables. */
export interface PreparedTask {
  readonly environment: TaskEnvironment;
  /** Absolute path in the machine. */
  readonly workingDirectory: string;
  readonly scratch: ScratchDirectory;
}

export interface PrepareOptions extends Pick<AgentOptions, "machine" | "environment"> {
  /** Told of what no log may show. */
  readonly secrets: SecretSet;
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
  const environment = buildEnvironment(response, options);
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

function buildEnvironment(response: CommandsResponse, options: PrepareOptions): TaskEnvironment {
  const { machine: { platform, workingDirectory, environment: own }, secrets } = options;
  const machineVariables = new Map([...own, ...options.environment ?? []]);
  const environment = new TaskEnvironment({
    machine: machineVariables,
    ignoreCase: platform.os === "windows",
    secrets,
  });
  environment.merge(
    initialVariables(response.environment, { platform, workingDirectory, environment: machineVariables }),
  );
  const vault = findVaultVariable(environment.variables);
  if (vault !== undefined) {
    throw new Error(
      `Building the task's environment: the value of ${vault} is to come from HashiCorp Vault (VAULT[...]), ` +
        "which this version of cirrus does not know; give the variable its value in another way",
    );
  }
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
