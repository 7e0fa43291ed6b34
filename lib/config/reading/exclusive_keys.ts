import { childOf, type YamlNode } from "../../diagnostics/yaml_node.ts";
import type { Problem } from "./check_value.ts";

/** Objects to two keys that say the same, and names both places. A key without a value is not there. */
export function exclusiveKeys(first: YamlNode | undefined, second: YamlNode | undefined): readonly Problem[] {
  if (!first || !second) return [];
  const [earlier, later] = isBefore(first, second) ? [first, second] : [second, first];
  const { line, column } = earlier.at;
  return [{
    message:
      `"${later.name}" and "${earlier.name}" (at ${line}:${column}) exclude each other: remove one of them`,
    position: later.at,
  }];
}

/** What stands under a key, unless it is empty. */
export function valueOf(node: YamlNode | undefined, key: string): YamlNode | undefined {
  const child = childOf(node, key);
  return child?.kind === "scalar" && child.isNull ? undefined : child;
}

function isBefore(first: YamlNode, second: YamlNode): boolean {
  return first.at.line < second.at.line ||
    (first.at.line === second.at.line && first.at.column < second.at.column);
}
