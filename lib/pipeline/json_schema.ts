/** A JSON Schema (draft 2020-12), as far as this room writes one. */
export type JsonSchema = { readonly [key: string]: JsonSchemaValue };

type JsonSchemaValue = string | number | boolean | readonly JsonSchemaValue[] | JsonSchema;

/** Any YAML scalar: all of them are texts to the parser. */
export const scalarSchema: JsonSchema = { type: ["string", "number", "boolean", "null"] };

/** One scalar, or a list of them. */
export const scalarsSchema: JsonSchema = { anyOf: [scalarSchema, { type: "array", items: scalarSchema }] };

/** What stands under `matrix`: in its place, each copy of the task gets one of its entries. */
export const matrixSchema: JsonSchema = {
  description: "One copy of the task for each entry, which then has the entry in the place of this",
  type: ["array", "object"],
};

/** A map from any names to such values. */
export function mapSchema(values: JsonSchema): JsonSchema {
  return { type: "object", properties: { matrix: matrixSchema }, additionalProperties: values };
}

/** Such a schema, for a person who reads what it is about. */
export function described(schema: JsonSchema, doc: string): JsonSchema {
  return { description: doc, ...schema };
}

/** What a map must have, unless a matrix brings it. */
export function requiring(names: readonly string[]): JsonSchema {
  return names.length === 0 ? {} : { anyOf: [{ required: names }, { required: ["matrix"] }] };
}
