import { z } from "zod";
import type { Position } from "../../diagnostics/diagnostic.ts";
import { unknownKey } from "../../diagnostics/unknown_key.ts";
import { childOf, type YamlNode } from "../../diagnostics/yaml_node.ts";
import { issueMessage } from "./issue_message.ts";
import { type Schema, schemaOfItem, schemaOfKey, writtenForms } from "../schema_parts.ts";
import { shapeValue } from "./shape_value.ts";

/** Something that is wrong, and where. */
export interface Problem {
  readonly message: string;
  /** Absent where the whole file is meant. */
  readonly position?: Position;
}

/** What a value means, or everything that is wrong with it. */
export type Checked<Value> =
  | { readonly kind: "good"; readonly value: Value }
  | { readonly kind: "bad"; readonly problems: readonly Problem[] };

type Path = readonly PropertyKey[];

/** Checks a YAML value by a schema. */
export function checkValue<Value>(node: YamlNode, schema: z.ZodType<Value>): Checked<Value> {
  const result = schema.safeParse(shapeValue(node, schema), { error: issueMessage });
  if (result.success) return { kind: "good", value: result.data };
  const problems = result.error.issues.flatMap((issue) => problemsOf(issue, { node, schema }));
  return { kind: "bad", problems };
}

function problemsOf(
  issue: z.core.$ZodIssue,
  { node, schema }: { node: YamlNode; schema: Schema },
): Problem[] {
  const place = placeOf(node, issue.path);
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, issue.path);
    return issue.keys.map((key) => ({
      message: unknownKey(key, known),
      position: childOf(place.node, key)?.at ?? place.position,
    }));
  }
  if (issue.code === "invalid_union") {
    // The form that came furthest is the one that was meant.
    const [meant] = issue.errors.filter((issues) => issues.some(({ path }) => path.length > 0));
    if (meant) {
      return meant.flatMap((inner) =>
        problemsOf({ ...inner, path: [...issue.path, ...inner.path] }, { node, schema })
      );
    }
  }
  const own = issue.code === "custom" ? positionIn(issue.params) : undefined;
  return [{ message: whole(issue.message, issue.path), position: own ?? place.position }];
}

/** A message that begins with a small letter goes on what the value is called. */
function whole(message: string, path: Path): string {
  return /^[a-z]/.test(message) ? `Invalid ${nameOf(path)}: ${message}` : message;
}

/** What a person calls the value at a path. */
function nameOf(path: Path): string {
  const key = path.findLast((part) => typeof part === "string");
  const isItem = typeof path.at(-1) === "number";
  return key === undefined ? "file" : `${isItem ? "item of " : ""}"${String(key)}"`;
}

/** The node at a path, or what comes nearest, and where it stands. */
function placeOf(root: YamlNode, path: Path): { readonly node: YamlNode; readonly position: Position } {
  let node = root;
  for (const part of path) {
    const child = node.kind === "list" ? node.children[Number(part)] : childOf(node, String(part));
    if (!child) return { node, position: node.at };
    node = child;
  }
  return { node, position: node.valueAt };
}

function knownKeys(schema: Schema, path: Path): readonly string[] {
  const forms = path.reduce<readonly Schema[]>(
    (forms, part) =>
      forms.flatMap((form) => {
        const below = typeof part === "number" ? schemaOfItem(form) : schemaOfKey(form, String(part));
        return below ? writtenForms(below) : [];
      }),
    writtenForms(schema),
  );
  return forms.flatMap((form) => form instanceof z.ZodObject ? Object.keys(form.def.shape) : []);
}

/** The place that a schema which reads nodes itself has given. */
function positionIn(params: Readonly<Record<string, unknown>> | undefined): Position | undefined {
  return positionParams.safeParse(params).data?.at;
}

const positionParams = z.object({ at: z.object({ line: z.number(), column: z.number() }) });
