import { z } from "zod";
import type { YamlNode, YamlScalar } from "../../diagnostics/yaml_node.ts";
import { type Schema, schemaOfKey, writtenForms } from "../schema_parts.ts";

/**
 * A YAML value as a schema wants it. As with Go's YAML, the schema decides what a scalar is: for a text `1.10` is
 * "1.10", for a boolean `yes` is true. A key of a map without a value is as good as absent. A schema made by
 * `z.custom` gets the node itself. What does not fit is left as YAML has it, for the schema to refuse.
 */
export function shapeValue(node: YamlNode, schema: Schema): unknown {
  const forms = writtenForms(schema);
  if (forms.some((form) => form instanceof z.ZodCustom)) return node;
  if (node.kind === "scalar") return shapeScalar(node, forms);
  if (node.kind === "list") {
    const list = forms.find((form) => form instanceof z.ZodArray);
    return node.children.map((child) => shapeValue(child, list?.def.element ?? anything));
  }
  const map = forms.find((form) => form instanceof z.ZodObject || form instanceof z.ZodRecord) ?? anything;
  const entries = node.children.map((child) => {
    const schema = schemaOfKey(map, child.name) ?? anything;
    return [child.name, isNothing(child) && !isRead(schema) ? undefined : shapeValue(child, schema)] as const;
  });
  // Not by assignment, which would take `__proto__` for something else.
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

const anything = z.unknown();

function isNothing(node: YamlNode): boolean {
  return node.kind === "scalar" && node.isNull;
}

/** Whether the schema reads nodes itself. */
function isRead(schema: Schema): boolean {
  return writtenForms(schema).some((form) => form instanceof z.ZodCustom);
}

const TRUE = /^(true|yes|on|y)$/i;
const FALSE = /^(false|no|off|n)$/i;

function shapeScalar({ text, value, plain, isNull }: YamlScalar, forms: readonly Schema[]): unknown {
  if (isNull) return null;
  const wants = (...kinds: readonly (abstract new (...args: never[]) => Schema)[]) =>
    forms.some((form) => kinds.some((kind) => form instanceof kind));
  if (plain && wants(z.ZodBoolean)) {
    if (TRUE.test(text)) return true;
    if (FALSE.test(text)) return false;
  }
  if (plain && typeof value === "number" && wants(z.ZodNumber)) return value;
  if (wants(z.ZodString, z.ZodStringFormat, z.ZodEnum, z.ZodLiteral)) return text;
  return value;
}
