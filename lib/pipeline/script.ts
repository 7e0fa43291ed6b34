import { Buffer } from "node:buffer";
import type { FieldType } from "./field.ts";
import { scalarSchema } from "./json_schema.ts";
import { kindOf, type MapNode, type Node } from "./node.ts";
import { Problem } from "./problem.ts";

/** The lines of a script, never expanded here: the agent's shell does that. */
export const script: FieldType<string[]> = {
  read(node) {
    if (node.kind === "scalar") return node.text.split("\n");
    if (node.kind === "list") return node.children.flatMap(linesOfItem);
    throw new Problem(`Reading "${node.name}": a script must be a text or a list, this is a map`, node.at);
  },
  schema: {
    anyOf: [
      scalarSchema,
      { type: "array", items: { anyOf: [scalarSchema, { type: "object" }, { type: "array" }] } },
    ],
  },
};

function linesOfItem(item: Node): string[] {
  switch (item.kind) {
    case "scalar":
      return item.text.split("\n");
    case "list":
      // Without effect in the reference, so in real files nobody relies on it.
      return [];
    case "map":
      return linesOfMap(item);
  }
}

/** `- echo "a: b"` without quotes around it is a map to YAML; its entries are put together again. */
function linesOfMap(map: MapNode): string[] {
  const entries = map.children.map((entry) => {
    if (entry.kind === "scalar") return entry;
    throw new Problem(
      `Reading a script: "${entry.name}:" makes this line a map to YAML, with ${
        kindOf(entry)
      } in it; put the line in quotes`,
      entry.at,
    );
  });
  const powershell = entries.find(({ name }) => name === "ps");
  return powershell
    ? [encodedPowershell(powershell.text)]
    : entries.map(({ name, text }) => `${name}: ${text}`);
}

function encodedPowershell(command: string): string {
  const encoded = Buffer.from(command, "utf16le").toString("base64");
  return `powershell.exe -OutputFormat Text -NoLogo -EncodedCommand ${encoded}`;
}
