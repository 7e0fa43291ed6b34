import { errorMessage } from "../../diagnostics/error_message.ts";
import { containersOf } from "../../isolation/container/owner_labels.ts";
import type { Logger } from "../../logging/logger.ts";
import { ContainerEngine, isMissing } from "../../machine/container/container_engine.ts";
import { EngineError } from "../../machine/container/engine_error.ts";
import { ENGINE_NAMES } from "../../machine/container/engine_name.ts";
import { homeName } from "./home.ts";
import { isAlive, ownerFiles } from "./owner_files.ts";

/** An owner's id, and no path. */
const ID = /^[0-9a-f-]{36}$/;

/**
 * Removes containers of dead workers of this state directory whose claims were lost, as in a crash of the host: their
 * labels tell whose they are. Never rejects.
 */
export async function removeUnlistedContainers(
  { stateDirectory, logger, signal }: { stateDirectory: string; logger: Logger; signal: AbortSignal },
): Promise<void> {
  for (const name of ENGINE_NAMES) {
    const engine = new ContainerEngine(name);
    try {
      const home = homeName(stateDirectory);
      // No worker of this state directory has ever made a container.
      if (home === undefined) return;
      for (const container of await containersOf(home, { engine, signal })) {
        if (!ID.test(container.owner) || await isAlive(ownerFiles(stateDirectory, container.owner))) continue;
        await engine.remove(container.name, { signal });
        logger.info(
          `removed the ${name} container ${container.name} of a dead worker, which nobody wrote down`,
        );
      }
    } catch (error) {
      // Somebody else removes them, too; and an engine that is not there has none.
      const expected = isMissing(error) || error instanceof EngineError && error.kind === "absent";
      if (expected || signal.aborted) continue;
      logger.warning(`could not look for ${name} containers of dead workers: ${errorMessage(error)}`);
    }
  }
}
