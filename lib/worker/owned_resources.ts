import type { OwnedResource } from "../isolation/isolation.ts";

/** What is in an owner's list. */
export interface OwnedResources {
  /** In the order in which they are to be removed: nothing must still write to a directory when its turn comes. */
  readonly known: readonly OwnedResource[];
  /** Entries that another version of this program has written. */
  readonly unknown: readonly unknown[];
}

const REMOVAL_ORDER: readonly OwnedResource["kind"][] = ["processes", "container", "vm", "directory"];

/** Reads an owner's list; a file that is no list counts as one entry nobody knows. */
export function parseOwnedResources(text: string): OwnedResources {
  const entries = parseEntries(text);
  const known = entries.filter(isOwnedResource);
  return {
    known: known.toSorted((a, b) => REMOVAL_ORDER.indexOf(a.kind) - REMOVAL_ORDER.indexOf(b.kind)),
    unknown: entries.filter((entry) => !isOwnedResource(entry)),
  };
}

/** Names a resource for people; two resources are the same when their names are. */
export function describeResource(resource: OwnedResource): string {
  switch (resource.kind) {
    case "directory":
      return `directory ${resource.path}`;
    case "processes":
      return `processes marked ${resource.mark}`;
    case "container":
      return `${resource.engine} container ${resource.name}`;
    case "vm":
      return `${resource.program} VM ${resource.name}`;
  }
}

function parseEntries(text: string): unknown[] {
  try {
    const entries: unknown = JSON.parse(text);
    return Array.isArray(entries) ? entries : [entries];
  } catch {
    return [text];
  }
}

function isOwnedResource(entry: unknown): entry is OwnedResource {
  if (typeof entry !== "object" || entry === null || !("kind" in entry)) return false;
  const has = (key: string) => typeof Reflect.get(entry, key) === "string";
  switch (entry.kind) {
    case "directory":
      return has("path");
    case "processes":
      return has("mark");
    case "container":
      return has("engine") && has("name");
    case "vm":
      return (Reflect.get(entry, "program") === "tart" || Reflect.get(entry, "program") === "vetu") &&
        has("name");
    default:
      return false;
  }
}
