import type { ContainerEngine } from "../../machine/container/container_engine.ts";
import type { EngineName } from "../../machine/container/engine_name.ts";
import type { EngineCapacity } from "./run_arguments.ts";

/** How each engine is asked: as a JSON array of processors and bytes of memory. */
const FORMAT: Readonly<Record<EngineName, string>> = {
  docker: "[{{.NCPU}},{{.MemTotal}}]",
  podman: "[{{.Host.CPUs}},{{.Host.MemTotal}}]",
};

/** The engine's host has what it has: it is asked once. */
const known = new Map<ContainerEngine, Promise<EngineCapacity>>();

/** How many processors and how much memory an engine's host has. */
export function engineCapacity(engine: ContainerEngine): Promise<EngineCapacity> {
  let capacity = known.get(engine);
  if (!capacity) {
    capacity = ask(engine);
    known.set(engine, capacity);
    capacity.catch(() => known.delete(engine));
  }
  return capacity;
}

async function ask(engine: ContainerEngine): Promise<EngineCapacity> {
  const doing = "Asking the container engine what its host has";
  const answer: unknown = JSON.parse(await engine.ask(doing, ["info", "--format", FORMAT[engine.name]]));
  const [processors, bytes] = Array.isArray(answer) ? answer : [];
  if (!(processors > 0 && bytes > 0)) throw new Error(`${doing}: it says ${JSON.stringify(answer)}`);
  return { processors: Number(processors), memoryMiB: Math.floor(Number(bytes) / 1024 ** 2) };
}
