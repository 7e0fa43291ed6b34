import type { Platform } from "../../machine/machine.ts";

/** What the agent knows of a machine. */
export interface MachineFacts {
  readonly platform: Platform;
  readonly workingDirectory: string;
  /** All that is set without the task. */
  readonly environment: ReadonlyMap<string, string>;
}

/** The variables a task starts with: the upstream's, and what the agent knows of the machine. */
export function initialVariables(
  upstream: Readonly<Record<string, string>>,
  machine: MachineFacts,
): Map<string, string> {
  const { platform, environment, workingDirectory } = machine;
  return new Map([
    ...(environment.has("OS") ? [] : [["OS", platform.os] as const]),
    ["CIRRUS_WORKING_DIR", workingDirectory],
    ...Object.entries(upstream),
    ["CIRRUS_OS", platform.os],
    ["CIRRUS_ARCH", platform.arch],
  ]);
}
