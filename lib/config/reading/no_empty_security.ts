import { z } from "zod";
import { childOf, type YamlNode } from "../../diagnostics/yaml_node.ts";
import { securityOptions } from "../../security/security_options.ts";
import type { Problem } from "./check_value.ts";
import { type Schema, schemaOfItem, schemaOfKey, writtenForms } from "../schema_parts.ts";

/**
 * Objects to what is empty under `security`, at any depth: the Go worker reads `none:` as forbidden and
 * `allowed-isolations:` as everything allowed, so there is no telling what is meant.
 */
export function noEmptySecurity(root: YamlNode): readonly Problem[] {
  const security = childOf(root, "security");
  return security ? emptyIn(security, writtenForms(securityOptions)) : [];
}

function emptyIn(node: YamlNode, forms: readonly Schema[]): readonly Problem[] {
  if (node.kind === "scalar") {
    return node.isNull ? [{ message: explain(node, forms), position: node.at }] : [];
  }
  return node.children.flatMap((child) =>
    emptyIn(
      child,
      forms.flatMap((form) => {
        const below = node.kind === "list" ? schemaOfItem(form) : schemaOfKey(form, child.name);
        return below ? writtenForms(below) : [];
      }),
    )
  );
}

function explain({ name }: YamlNode, forms: readonly Schema[]): string {
  if (name === "") return "An item is empty, and its meaning is unclear: write what is allowed, or remove it";
  const isMap = forms.some((form) => form instanceof z.ZodObject);
  const advice = isMap || forms.length === 0 ? `write "${name}: {}"` : "write its value";
  return `"${name}" is empty, and its meaning is unclear: ${advice} or remove the key`;
}
