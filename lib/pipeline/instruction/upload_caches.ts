import { create } from "@bufbuild/protobuf";
import { type Command, CommandSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { texts } from "../field_types.ts";
import type { Node } from "../node.ts";
import { Problem } from "../problem.ts";
import type { Scope } from "../scope.ts";
import type { PlacedCommand } from "./placed_command.ts";

/** The key of the instruction that uploads caches at a place of its own. */
export const UPLOAD_CACHES = "upload_caches";

/** Reads `upload_caches`; `earlier` are the commands above it. */
export function readUploadCaches(node: Node, earlier: readonly PlacedCommand[], scope: Scope): Command[] {
  const { names, uploaded } = indexOf(earlier);
  return texts.read(node, scope).map((cache) => {
    if (!names.has(cache)) {
      throw new Problem(`Reading "${node.name}": there is no cache "${cache}" above it`, node.at);
    }
    if (uploaded.has(cache)) {
      throw new Problem(`Reading "${node.name}": the cache "${cache}" is uploaded already`, node.at);
    }
    return uploadCommand(cache);
  });
}

/** What `upload_caches` looks for among the first so many commands of a task. */
interface Index {
  readonly names: Set<string>;
  readonly uploaded: Set<string>;
  count: number;
}

/** By the lists of commands, which only ever grow. */
const indexes = new WeakMap<readonly PlacedCommand[], Index>();

function indexOf(commands: readonly PlacedCommand[]): Index {
  const index = indexes.get(commands) ?? { names: new Set(), uploaded: new Set(), count: 0 };
  indexes.set(commands, index);
  for (const { command } of commands.slice(index.count)) {
    index.names.add(command.name);
    const uploaded = uploadOf(command);
    if (uploaded !== undefined) index.uploaded.add(uploaded);
  }
  index.count = commands.length;
  return index;
}

/** An upload for each cache, unless the task says itself when it uploads. */
export function generatedUploads(commands: readonly PlacedCommand[]): PlacedCommand[] {
  if (commands.some(({ command }) => uploadOf(command) !== undefined)) return [];
  return commands
    .filter(({ command }) => command.instruction.case === "cacheInstruction")
    .map(({ command: { name, executionBehaviour }, at }) => ({
      command: { ...uploadCommand(name), executionBehaviour },
      at,
    }));
}

function uploadOf({ instruction }: Command): string | undefined {
  return instruction.case === "uploadCacheInstruction" ? instruction.value.cacheName : undefined;
}

function uploadCommand(cacheName: string): Command {
  return create(CommandSchema, {
    name: `Upload '${cacheName}' cache`,
    instruction: { case: "uploadCacheInstruction", value: { cacheName } },
  });
}
