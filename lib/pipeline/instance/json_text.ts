import type { FieldType } from "../field.ts";
import { text } from "../field_types.ts";
import { lastOfEach } from "../field.ts";
import type { Node } from "../node.ts";

/** A text, or a map or list that is handed on as JSON: compact, its keys sorted, its leaves texts. */
export const jsonText: FieldType<string> = {
  read: (node, scope) => node.kind === "scalar" ? text.read(node, scope) : toJson(node),
  schema: { type: ["string", "number", "boolean", "object", "array", "null"] },
};

function toJson(node: Node): string {
  switch (node.kind) {
    case "scalar":
      return quoted(node.text);
    case "list":
      return `[${node.children.map(toJson).join(",")}]`;
    case "map": {
      const children = [...lastOfEach(node.children)].sort(({ name: left }, { name: right }) =>
        left < right ? -1 : 1
      );
      return `{${children.map((child) => `${quoted(child.name)}:${toJson(child)}`).join(",")}}`;
    }
  }
}

/** As Go writes it: what means something to HTML is escaped, and what ends a line to JavaScript. */
function quoted(value: string): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
