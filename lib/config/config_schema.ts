import { z } from "zod";
import type { Schema } from "./schema_parts.ts";

/** A JSON Schema (draft 2020-12). */
export type ConfigSchema = z.core.JSONSchema.BaseSchema;

/** The JSON Schema of what a file may say, with which editors complete and check it. */
export function configSchema(schema: Schema): ConfigSchema {
  return z.toJSONSchema(schema, {
    io: "input",
    // A schema that reads YAML itself says in its metadata what it reads.
    unrepresentable: "any",
    override({ zodSchema, jsonSchema }) {
      // Where a text is wanted, what YAML would take for something else is one.
      if (zodSchema instanceof z.ZodString) jsonSchema.type = ["string", "number", "boolean"];
      // The library leaves them out of what is transformed, as it takes them for results.
      const { examples, default: byDefault } = z.globalRegistry.get(zodSchema) ?? {};
      if (Array.isArray(examples)) jsonSchema.examples ??= examples;
      if (byDefault !== undefined) jsonSchema.default ??= byDefault;
    },
  });
}

/** The schema of what stands under a key, if it is one that says something. */
export function propertyOf(schema: ConfigSchema, key: string): ConfigSchema | undefined {
  const property = schema.properties?.[key];
  return typeof property === "object" ? property : undefined;
}
