/** A JSON Schema (draft 2020-12), as far as this room writes one. */
export type JsonSchema = { readonly [key: string]: JsonSchemaValue };

type JsonSchemaValue = string | number | boolean | readonly JsonSchemaValue[] | JsonSchema;

/** Any YAML scalar: all of them are texts to the parser. */
export const scalarSchema: JsonSchema = { type: ["string", "number", "boolean", "null"] };

/** One scalar, or a list of them. */
export const scalarsSchema: JsonSchema = { anyOf: [scalarSchema, { type: "array", items: scalarSchema }] };
