import type { FieldType } from "../field.ts";
import { textMap } from "../field_types.ts";
import { kindOf } from "../node.ts";
import { Problem } from "../problem.ts";
import { mapSchema, scalarsSchema } from "../json_schema.ts";

/** A map of texts as they are written; unlike elsewhere, a list of maps will not do. */
export const plainTextMap: FieldType<Map<string, string>> = {
  read(node, scope) {
    if (node.kind === "map") return textMap.read(node, scope);
    throw new Problem(`Reading "${node.name}": it must be a map, this is ${kindOf(node)}`, node.at);
  },
  schema: mapSchema(scalarsSchema),
};
