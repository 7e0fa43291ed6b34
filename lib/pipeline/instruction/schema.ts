import { texts } from "../field_types.ts";
import { described, type JsonSchema, matrixSchema } from "../json_schema.ts";
import { groups, instructionKinds } from "./commands.ts";
import type { InstructionKind } from "./instruction.ts";
import { UPLOAD_CACHES } from "./upload_caches.ts";

/** The JSON Schemas of instructions of those kinds, by patterns of their keys. */
export function instructionPatterns(kinds: readonly InstructionKind[]): JsonSchema {
  return Object.fromEntries(kinds.map(({ suffix, doc, schema }) => [`${suffix}$`, described(schema, doc)]));
}

const upload = described(texts.schema, "Names of the caches above to upload here rather than at the end");

/** The JSON Schemas of what else brings commands, by key: groups of instructions, and the upload of caches. */
export function groupProperties(): JsonSchema {
  const members = { $ref: "#/$defs/group" };
  const entries = Object.entries(groups).map(([name, { doc }]) => [name, described(members, doc)] as const);
  return { ...Object.fromEntries(entries), [UPLOAD_CACHES]: upload };
}

/** The JSON Schema of a group of instructions; the schema of the file must have it as `$defs/group`. */
export const groupSchema: JsonSchema = {
  type: ["object", "null"],
  properties: { [UPLOAD_CACHES]: upload, matrix: matrixSchema },
  patternProperties: instructionPatterns(instructionKinds),
};
