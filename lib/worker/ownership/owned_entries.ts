import type { OwnedResource } from "../../isolation/isolation.ts";

/** A worker that has told an upstream to give it no tasks, and has to take that back. */
export interface DisabledWorker {
  readonly kind: "disabled worker";
  readonly name: string;
  readonly endpoint: string;
}

/** One entry of an owner's list: what somebody has to undo if the owner cannot. */
export type OwnedEntry = OwnedResource | DisabledWorker;

/** What is in an owner's list. */
export interface OwnedEntries {
  /** In the order in which they are to be removed: nothing must still write to a directory when its turn comes. */
  readonly resources: readonly OwnedResource[];
  readonly disabled: readonly DisabledWorker[];
  /** Entries that another version of this program has written. */
  readonly unknown: readonly unknown[];
}

const REMOVAL_ORDER: readonly OwnedResource["kind"][] = ["processes", "container", "vm", "directory"];

/** Reads an owner's list; a file that is no list counts as one entry nobody knows. */
export function parseOwnedEntries(text: string): OwnedEntries {
  const entries = parseEntries(text);
  const order = (resource: OwnedResource) => REMOVAL_ORDER.indexOf(resource.kind);
  return {
    resources: entries.filter(isOwnedResource).toSorted((a, b) => order(a) - order(b)),
    disabled: entries.filter(isDisabledWorker),
    unknown: entries.filter((entry) => !isOwnedResource(entry) && !isDisabledWorker(entry)),
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
  switch (valueOf(entry, "kind")) {
    case "directory":
      return hasText(entry, "path");
    case "processes":
      return hasText(entry, "mark");
    case "container":
      return hasText(entry, "engine", "name");
    case "vm":
      return ["tart", "vetu"].includes(String(valueOf(entry, "program"))) && hasText(entry, "name");
    default:
      return false;
  }
}

function isDisabledWorker(entry: unknown): entry is DisabledWorker {
  return valueOf(entry, "kind") === "disabled worker" && hasText(entry, "name", "endpoint");
}

function hasText(entry: unknown, ...keys: string[]): boolean {
  return keys.every((key) => typeof valueOf(entry, key) === "string");
}

function valueOf(entry: unknown, key: string): unknown {
  return typeof entry === "object" && entry !== null ? Reflect.get(entry, key) : undefined;
}
