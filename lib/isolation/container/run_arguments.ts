import { isAbsolute, posix } from "node:path";
import type { Isolation_Container, Volume } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { KEEP_SHELLS } from "../../machine/container/session_script.ts";

/** What the engine's host has, for all containers together. */
export interface EngineCapacity {
  readonly processors: number;
  readonly memoryMiB: number;
}

export interface ContainerRequest {
  readonly name: string;
  readonly labels: readonly string[];
  readonly container: Pick<Isolation_Container, "image" | "volumes">;
  readonly cpu: number | undefined;
  readonly memoryMiB: number | undefined;
  readonly mounts: readonly Volume[];
}

/** The arguments of the engine's program that make a container and start it with its first session. */
export function runArguments(request: ContainerRequest): string[] {
  const { name, labels, container, cpu, memoryMiB, mounts } = request;
  return [
    ...["run", "--interactive", "--name", name, ...labels.flatMap((label) => ["--label", label])],
    // It was pulled by now, or is not to be.
    "--pull=never",
    // What is printed goes to the task's log, and a script's 10 GB not to the host's disk as well.
    "--log-driver=none",
    // It would look for the image's own program, which does not run.
    "--no-healthcheck",
    ...cpu === undefined ? [] : [`--cpus=${cpu}`],
    ...memoryMiB === undefined ? [] : [`--memory=${memoryMiB}m`],
    ...mounts.flatMap((volume) => ["--mount", mountOption(volume)]),
    ...["--entrypoint", "/bin/sh", container.image, "-c", KEEP_SHELLS],
  ];
}

/** Processors and memory as the engine can give them: asking for more than it has is no failure. */
export function clampedResources(
  { cpu, memory }: Pick<Isolation_Container, "cpu" | "memory">,
  { processors, memoryMiB }: EngineCapacity,
): { cpu: number | undefined; memoryMiB: number | undefined } {
  return {
    cpu: cpu > 0 ? Math.min(Number(cpu.toFixed(3)), processors) : undefined,
    memoryMiB: memory > 0 ? Math.min(memory, memoryMiB) : undefined,
  };
}

/** Throws an error that says what is wrong with a volume. */
export function checkVolume({ source, target }: Volume): void {
  const doing = `Mounting the volume ${source}:${target}`;
  if (!isAbsolute(source)) {
    throw new Error(`${doing}: its source must be an absolute path of the worker's host`);
  }
  if (!posix.isAbsolute(target)) {
    throw new Error(`${doing}: its target must be an absolute path in the container`);
  }
}

/** The fields of a CSV record, as the engines read it, so that paths may have commas in them. */
function mountOption({ source, target, readOnly }: Volume): string {
  const fields = ["type=bind", `source=${source}`, `target=${target}`, ...readOnly ? ["readonly"] : []];
  return fields.map((field) => /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field).join(",");
}
