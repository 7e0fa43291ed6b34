import { childOf, type YamlNode } from "../diagnostics/yaml_node.ts";
import type { Problem } from "./check_value.ts";

/**
 * Objects to what is empty under `security`, at any depth: the Go worker reads `none:` as forbidden and
 * `allowed-isolations:` as everything allowed, so there is no telling what is meant.
 */
export function noEmptySecurity(root: YamlNode): readonly Problem[] {
  const security = childOf(root, "security");
  return security ? emptyIn(security) : [];
}

function emptyIn(node: YamlNode): readonly Problem[] {
  if (node.kind !== "scalar") return node.children.flatMap(emptyIn);
  if (!node.isNull) return [];
  const message = node.name === ""
    ? "An item is empty, and its meaning is unclear: write what is allowed, or remove it"
    : `"${node.name}" is empty, and its meaning is unclear: write "${node.name}: {}" or remove the key`;
  return [{ message, position: node.at }];
}
