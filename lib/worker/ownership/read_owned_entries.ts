import { type OwnedEntries, parseOwnedEntries } from "./owned_entries.ts";
import type { OwnerFiles } from "./owner_files.ts";

/** What an owner has written down; nothing when its list is gone. */
export async function readOwnedEntries(owner: OwnerFiles): Promise<OwnedEntries> {
  try {
    return parseOwnedEntries(await Deno.readTextFile(owner.list));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return parseOwnedEntries("[]");
    throw error;
  }
}
