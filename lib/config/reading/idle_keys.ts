import type { YamlNode } from "../../diagnostics/yaml_node.ts";
import { valueOf } from "./exclusive_keys.ts";

/** Names the keys of a file that have no effect for want of another one, each with its place and what is missing. */
export function idleKeys(root: YamlNode, { path }: { readonly path: string }): string[] {
  const log = valueOf(root, "log");
  return [["rotate-size", "file"], ["max-rotations", "rotate-size"]].flatMap(([key = "", needed = ""]) => {
    const idle = valueOf(log, key);
    if (!idle || valueOf(log, needed)) return [];
    const { line, column } = idle.at;
    return [`"log.${key}" (${path}:${line}:${column}) has no effect without "log.${needed}": write that too`];
  });
}
