import { errorMessage } from "../../diagnostics/error_message.ts";
import { ContainerEngine } from "./container_engine.ts";
import { EngineError } from "./engine_error.ts";
import { ENGINE_NAMES, type EngineChoice, type EngineName, isEngineName } from "./engine_name.ts";

/** Names the engine to use: `docker`, `podman`, or `auto`, which is the default. */
export const ENGINE_VARIABLE = "CIRRUS_CONTAINER_ENGINE";

/** How long an engine may take to say that it works; in milliseconds. */
const PROBE_MS = 20_000;

/** The engine that was found to work; the choice among several is made once. */
const found = new Map<EngineChoice, Promise<ContainerEngine>>();

/**
 * The engine to use: the one that is chosen, else the first that works, Docker before Podman. Rejects with an error
 * that says of each why it cannot be used and what to do.
 */
export function findEngine(choice: EngineChoice = choiceOfEnvironment()): Promise<ContainerEngine> {
  let engine = found.get(choice);
  if (!engine) {
    engine = probe(choice === "auto" ? ENGINE_NAMES : [choice]);
    found.set(choice, engine);
    // It may be started, or installed, before the next task.
    engine.catch(() => found.delete(choice));
  }
  return engine;
}

function choiceOfEnvironment(): EngineChoice {
  const text = Deno.env.get(ENGINE_VARIABLE) || "auto";
  if (text === "auto" || isEngineName(text)) return text;
  throw new EngineError(
    "absent",
    `Choosing a container engine: ${ENGINE_VARIABLE} is ${
      JSON.stringify(text)
    }; set it to docker, podman or auto`,
  );
}

async function probe(names: readonly EngineName[]): Promise<ContainerEngine> {
  const problems: unknown[] = [];
  for (const name of names) {
    const engine = new ContainerEngine(name);
    try {
      // Podman needs no daemon, and says its version without one.
      const server = name === "docker" ? "{{.Server.Version}}" : "{{.Client.Version}}";
      await engine.run("Looking for a container engine", ["version", "--format", server], {
        timeoutMs: PROBE_MS,
      });
      return engine;
    } catch (error) {
      problems.push(error);
    }
  }
  if (problems.length === 1) throw problems[0];
  throw new EngineError("absent", problems.map(errorMessage).join("; "), {
    cause: new AggregateError(problems),
  });
}
