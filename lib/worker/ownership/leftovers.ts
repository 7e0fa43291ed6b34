import { errorMessage } from "../../diagnostics/error_message.ts";
import type { OwnedResource } from "../../isolation/isolation.ts";
import type { Logger } from "../../logging/logger.ts";
import type { Observe } from "../../telemetry/telemetry_event.ts";
import { describeResource, type DisabledWorker } from "./owned_entries.ts";
import { isAlive, listOwners, type OwnerFiles, removeOwner, replaceFile, tryLock } from "./owner_files.ts";
import { readOwnedEntries } from "./read_owned_entries.ts";

export interface LeftoverOptions {
  readonly stateDirectory: string;
  /** Removes one resource, whether it still exists or not; rejects with an error that says why it could not. */
  readonly remove: (resource: OwnedResource) => Promise<void>;
  /** Takes over what a killed worker has to take back; resolves with whether it did. */
  readonly inherit: (disabled: DisabledWorker) => Promise<boolean>;
  readonly observe?: Observe;
  readonly logger: Logger;
}

/**
 * Removes what killed workers left behind on this host, and never what a live one owns. What could not be
 * removed is logged and stays listed, so that the next start tries again.
 */
export async function removeLeftovers(options: LeftoverOptions): Promise<void> {
  for (const owner of await listOwners(options.stateDirectory)) {
    using lock = await tryLock(owner);
    if (lock) await removeOwned(owner, options);
  }
}

async function removeOwned(owner: OwnerFiles, options: LeftoverOptions): Promise<void> {
  const { stateDirectory, remove, inherit, observe, logger } = options;
  const { resources, disabled, unknown } = await readOwnedEntries(owner);
  const kept = [...unknown];
  if (unknown.length > 0) {
    logger.warning("a killed worker of another version left behind what this one does not know: kept", {
      list: owner.list,
    });
  }
  for (const entry of disabled) {
    if (!await inherit(entry)) kept.push(entry);
  }
  for (const resource of resources) {
    const name = describeResource(resource);
    try {
      // Somebody may have removed a dead worker's directory, and a live worker made it anew.
      if ((await ownedByLive(stateDirectory, owner)).has(name)) throw new Error("a live worker has it now");
      await remove(resource);
      observe?.({ kind: "leftover removed", resource: resource.kind });
      logger.info(`removed what a killed worker left behind: ${name}`);
    } catch (error) {
      logger.error(`could not remove what a killed worker left behind: ${name}: ${errorMessage(error)}`);
      kept.push(resource);
    }
  }
  if (kept.length === 0) await removeOwner(owner);
  else replaceFile(owner.list, JSON.stringify(kept), { durable: false });
}

/** The names of all that live workers own. */
async function ownedByLive(stateDirectory: string, dead: OwnerFiles): Promise<Set<string>> {
  const names = new Set<string>();
  for (const owner of await listOwners(stateDirectory)) {
    if (owner.id === dead.id || !await isAlive(owner)) continue;
    for (const resource of (await readOwnedEntries(owner)).resources) {
      names.add(describeResource(resource));
    }
  }
  return names;
}
