import type { Position } from "../diagnostics/diagnostic.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { described, type JsonSchema, matrixSchema, requiring } from "./json_schema.ts";
import { kindOf, type Node } from "./node.ts";
import { Problem } from "./problem.ts";
import type { Scope } from "./scope.ts";

/** How the value of a field is written. */
export interface FieldType<T> {
  /** @throws {Problem} when the node is no such value. */
  read(node: Node, scope: Scope): T;
  readonly schema: JsonSchema;
}

export interface FieldOptions {
  /** Whether the map must have the field. */
  readonly required?: boolean;
  /** Names of fields of the value that may as well stand in the task, or at the root. */
  readonly outside?: readonly string[];
}

/** One field of a map: what parsing, JSON Schema and the reference page know of it. */
export interface Field<Draft> extends FieldOptions {
  /** One sentence for the person who writes the file. */
  readonly doc: string;
  readonly schema: JsonSchema;
  /** @throws {Problem} when the node is no value of the field. */
  readInto(draft: Draft, node: Node, scope: Scope): void;
}

/** The fields that a map may have, by name. */
export type Fields<Draft> = Readonly<Record<string, Field<Draft>>>;

/** A field whose value is read as `type` and then handed to `store`. */
export function field<Draft, T>(
  type: FieldType<T>,
  doc: string,
  { store, ...options }: FieldOptions & { store: (draft: Draft, value: T, node: Node, scope: Scope) => void },
): Field<Draft> {
  return {
    doc,
    schema: type.schema,
    ...options,
    readInto: (draft, node, scope) => store(draft, type.read(node, scope), node, scope),
  };
}

/** A map with those fields, read into what `draft` makes; `what` is how messages call it. */
export function mapOf<Draft>(
  fields: Fields<Draft>,
  { what, draft }: { what: string; draft: () => Draft },
): FieldType<Draft> {
  return {
    read: (node, scope) => readFields(node, fields, { draft: draft(), scope, what }),
    schema: schemaOf(fields),
  };
}

/** What reading one item of a list takes at most, where it is a map that a message is made of. */
const STEPS_OF_ITEM = 400;

/** A list of those. A map will do: its values count; a scalar is an empty list. */
export function listOf<T>(item: FieldType<T>): FieldType<T[]> {
  return {
    read(node, scope) {
      if (node.kind === "scalar") return [];
      scope.spend(STEPS_OF_ITEM * node.children.length, node.at);
      return node.children.map((child) => item.read(child, scope));
    },
    schema: { type: "array", items: item.schema },
  };
}

/** The JSON Schema of a map with those fields. Others are allowed, as the parser allows them. */
export function schemaOf<Draft>(fields: Fields<Draft>): JsonSchema {
  const required = Object.entries(fields).filter(([, field]) => field.required).map(([name]) => name);
  return {
    type: ["object", "null"],
    properties: { ...propertiesOf(fields), matrix: matrixSchema },
    ...requiring(required),
  };
}

/** The JSON Schemas of those fields, by name. */
export function propertiesOf<Draft>(fields: Fields<Draft>): JsonSchema {
  return Object.fromEntries(
    Object.entries(fields).map(([name, { doc, schema }]) => [name, described(schema, doc)]),
  );
}

/** A field that people write and that has no effect here. */
export function ignoredField<Draft>(doc: string): Field<Draft> {
  return { doc, schema: {}, readInto: () => {} };
}

/** A field that people write in the wrong map; `place` says where it belongs. */
export function misplacedField<Draft>(place: string): Field<Draft> {
  return {
    doc: `Without effect here; write it ${place}`,
    schema: { deprecated: true },
    readInto(_draft, { name, at }, { problems }) {
      problems.warn(`Reading "${name}": it has no effect here; write it ${place}`, at);
    },
  };
}

/**
 * Reads the children of `node` into `draft`. Of several with one name the last counts; unknown ones are warned about.
 * A child that cannot be read is reported and the rest is read all the same.
 *
 * @throws {Problem} when a required field is missing.
 */
export function readFields<Draft>(
  node: Node,
  fields: Fields<Draft>,
  { draft, scope, what }: { draft: Draft; scope: Scope; what: string },
): Draft {
  const children = fieldsOf(node, scope, what);
  for (const child of lastOfEach(children)) {
    const field = own(fields, child.name);
    if (field) scope.problems.attempt(() => field.readInto(draft, child, scope));
    else warnUnknown(child, { known: Object.keys(fields), scope, what });
  }
  for (const [name, { required }] of Object.entries(fields)) {
    if (!required || children.some((child) => child.name === name)) continue;
    throw new Problem(`Reading ${what}: it needs "${name}"`, node.at);
  }
  return draft;
}

/** The fields of a map. Anything else has none, and unless it is empty that is worth a warning. */
export function fieldsOf(node: Node, scope: Scope, what: string): readonly Node[] {
  if (node.kind === "map") return node.children;
  const empty = node.kind === "list" ? node.children.length === 0 : node.text === "";
  if (!empty) scope.problems.warn(`Reading ${what}: expected a map, found ${kindOf(node)}`, node.at);
  return [];
}

/** The children without those that a later one of the same name replaces; `repeatable` ones all stay. */
export function lastOfEach(
  children: readonly Node[],
  repeatable: (name: string) => boolean = () => false,
): readonly Node[] {
  const last = new Map(children.map((child, index) => [child.name, index]));
  return children.filter(({ name }, index) => last.get(name) === index || repeatable(name));
}

/** The field of that name; a key such as `constructor` is none. */
export function own<Draft>(fields: Fields<Draft>, name: string): Field<Draft> | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** Says that a key has no effect, and what it may have been meant to be. */
export function warnUnknown(
  child: Node,
  { known, scope, what }: { known: Iterable<string>; scope: Scope; what: string },
): void {
  const meant = meantBy(child, { known, what });
  const suggestion = meant === undefined ? "" : `; did you mean "${meant}"?`;
  scope.problems.warn(
    `Reading ${what}: the key "${child.name}" is not known and has no effect${suggestion}`,
    child.at,
  );
}

/** What unknown keys were taken for. The copies that a matrix makes share their places, and there may be a million. */
const meantAt = new WeakMap<Position, { readonly what: string; readonly meant: string | undefined }>();

function meantBy(
  child: Node,
  { known, what }: { known: Iterable<string>; what: string },
): string | undefined {
  const before = meantAt.get(child.at);
  if (before?.what === what) return before.meant;
  const meant = nearest(child.name, known);
  meantAt.set(child.at, { what, meant });
  return meant;
}
