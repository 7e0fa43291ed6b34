import { withGrace } from "../../async/grace.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { OwnedResource } from "../../isolation/isolation.ts";
import type { Logger } from "../../logging/logger.ts";
import type { Observe } from "../../telemetry/telemetry_event.ts";
import type { UpstreamLinks } from "../upstream/upstream_links.ts";
import { removeLeftovers } from "./leftovers.ts";
import type { DisabledWorker } from "./owned_entries.ts";

/** How long the start waits for what killed workers left behind to be gone; removing it goes on after that. */
const LEFTOVERS_MS = 10_000;

/** Whose start it is. */
export interface ClearLeftoversOptions {
  readonly name: string;
  readonly stateDirectory: string;
  /** What a killed worker of this name had disabled at one of these upstreams stays so. */
  readonly links: UpstreamLinks;
  readonly observe: Observe;
  readonly logger: Logger;
}

/** Removes what killed workers of this host left behind, and takes over what they had disabled. Never rejects. */
export async function clearLeftovers(options: ClearLeftoversOptions): Promise<void> {
  const { name, stateDirectory, links, observe, logger } = options;
  const remove = async (resource: OwnedResource) =>
    await (await import("./remove_resource.ts")).removeResource(resource);
  const inherit = async (disabled: DisabledWorker) => {
    const own = [...links].filter(({ session }) =>
      name === disabled.name && session.endpoint === disabled.endpoint
    );
    for (const { disablement } of own) await disablement.inherit();
    return own.length > 0;
  };
  try {
    await withGrace(
      "waiting for what killed workers left behind to be removed, which goes on",
      LEFTOVERS_MS,
      () => removeLeftovers({ stateDirectory, remove, inherit, observe, logger }),
    );
  } catch (error) {
    logger.warning(errorMessage(error));
  }
}
