import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errorMessage } from "../../diagnostics/error_message.ts";
import { runCommand } from "../../process/run_command.ts";
import { ExitCode } from "../exit_code.ts";
import type { Io } from "../io.ts";
import { UsageError } from "../usage_error.ts";
import type { Command, Service, ServiceManager } from "./service.ts";

/** How long `systemctl` and its like may take. */
const COMMAND_TIMEOUT_MS = 60_000;

/** How a service is installed. */
export interface InstallOptions {
  readonly dryRun: boolean;
  /** True writes over a definition that is there. */
  readonly replace: boolean;
  /** A secret that the service's arguments name by `secretPath`. */
  readonly secret?: string;
}

/** Where a service finds its secret. */
export function secretPath(manager: ServiceManager, name: string): string {
  return join(manager.secretsDirectory, `${name}.token`);
}

/** Writes a service's definition and starts it. Resolves with the program's exit code. */
export async function installService(
  manager: ServiceManager,
  service: Service,
  { dryRun, replace, secret, io }: InstallOptions & { readonly io: Io },
): Promise<number> {
  const definition = manager.define(service);
  if (dryRun) {
    await io.stdout.write(definition);
    return ExitCode.success;
  }
  const path = manager.definitionPath(service.name);
  await writeFile(path, definition, { mode: 0o644, replace });
  try {
    if (secret !== undefined) {
      await writeFile(secretPath(manager, service.name), secret, { mode: 0o600, replace: true });
    }
    for (const command of manager.startCommands(service.name)) await run(command);
  } catch (cause) {
    await rm(path, { force: true });
    await rm(secretPath(manager, service.name), { force: true });
    throw new Error(`Installing ${service.name}: ${errorMessage(cause)}; nothing is installed`, { cause });
  }
  await io.stdout.write(`${service.name} is installed and runs by ${manager.title}: ${path}\n`);
  return ExitCode.success;
}

/** Ends a service and removes what `installService` wrote. Resolves with the program's exit code. */
export async function uninstallService(
  manager: ServiceManager,
  name: string,
  { dryRun, io }: { readonly dryRun: boolean; readonly io: Io },
): Promise<number> {
  const path = manager.definitionPath(name);
  if (!existsSync(path)) {
    throw new UsageError(`There is no service ${name} of ${manager.title}: ${path} does not exist`);
  }
  const files = [path, secretPath(manager, name)];
  if (dryRun) {
    await io.stdout.write(files.map((file) => `${file}\n`).join(""));
    return ExitCode.success;
  }
  const tryTo = async (command: Command) => {
    // What was never started, or is gone, cannot be ended: its files go all the same.
    await run(command).catch((error) => io.stderr.write(`Warning: ${errorMessage(error)}\n`));
  };
  for (const command of manager.endCommands(name)) await tryTo(command);
  for (const file of files) await rm(file, { force: true });
  for (const command of manager.afterRemoval) await tryTo(command);
  await io.stdout.write(`${name} is uninstalled; tasks that still run are waited for\n`);
  return ExitCode.success;
}

async function writeFile(
  path: string,
  text: string,
  { mode, replace }: { mode: number; replace: boolean },
): Promise<void> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    if (replace) await rm(path, { force: true });
    await Deno.writeTextFile(path, text, { mode, createNew: true });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      throw new UsageError(`${path} exists already: add --replace, or uninstall that service first`, {
        cause: error,
      });
    }
    throw new Error(`Writing ${path}: ${errorMessage(error)}`, { cause: error });
  }
}

async function run(command: Command): Promise<void> {
  await runCommand(command, { timeoutMs: COMMAND_TIMEOUT_MS });
}
