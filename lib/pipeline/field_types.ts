import type { Position } from "../diagnostics/diagnostic.ts";
import { Platform } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { nearest } from "../diagnostics/nearest.ts";
import type { FieldType } from "./field.ts";
import { MAX_UINT32, parseDigits, parseGoFloat } from "./go_number.ts";
import { mapSchema, scalarSchema, scalarsSchema } from "./json_schema.ts";
import { kindOf, type Node, type ScalarNode } from "./node.ts";
import { Problem } from "./problem.ts";
import type { Scope } from "./scope.ts";

/** A scalar's text as it is written. */
export const rawText: FieldType<string> = {
  read: (node) => scalarOf(node).text,
  schema: scalarSchema,
};

/** A scalar's text with its variables written out. */
export const text: FieldType<string> = {
  read: (node, scope) => scope.expand(scalarOf(node).text, node.at),
  schema: scalarSchema,
};

/** A boolean expression. */
export const condition: FieldType<boolean> = {
  read: (node, scope) => scope.evaluate(scalarOf(node).text, node.at),
  schema: { type: ["boolean", "string", "number"] },
};

/** A number of processors, fractions allowed. */
export const processors: FieldType<number> = {
  read(node, scope) {
    const written = text.read(node, scope);
    const value = parseGoFloat(written, 32);
    if (value !== undefined && value >= 0 && Number.isFinite(value)) return value;
    throw new Problem(
      `Reading "${node.name}": "${written}" is no number of processors, write one such as 2 or 0.5`,
      node.at,
    );
  },
  schema: { anyOf: [{ type: "number", minimum: 0 }, { type: "string" }] },
};

/** A whole number from 0 to `max`. */
export function wholeNumber(max: number): FieldType<number> {
  return {
    read(node, scope) {
      const written = text.read(node, scope);
      const value = parseDigits(written, max);
      if (value !== undefined) return value;
      throw new Problem(`Reading "${node.name}": "${written}" is no whole number from 0 to ${max}`, node.at);
    },
    schema: { anyOf: [{ type: "integer", minimum: 0, maximum: max }, { type: "string" }] },
  };
}

/** An amount of memory in MiB; bare numbers below 100 are GiB. */
export const memory: FieldType<number> = {
  read(node, scope) {
    const written = text.read(node, scope);
    const [, digits = "", unit = ""] = /^([0-9]+)(m|mb|mi|g|gb|gi|)$/i.exec(written) ?? [];
    const amount = parseDigits(digits, MAX_UINT32);
    if (amount !== undefined) {
      const inGibibytes = unit === "" ? amount < 100 : /^g/i.test(unit);
      const mebibytes = inGibibytes ? amount * 1024 : amount;
      if (mebibytes <= MAX_UINT32) return mebibytes;
    }
    throw new Problem(
      `Reading "${node.name}": "${written}" is no amount of memory, write one such as 512M or 4G`,
      node.at,
    );
  },
  schema: { anyOf: [{ type: "integer", minimum: 0 }, { type: "string" }] },
};

const SECONDS_OF_UNIT: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, "": 60 };

/** A duration in whole seconds; bare numbers are minutes. */
export const seconds: FieldType<number> = {
  read(node, scope) {
    const written = text.read(node, scope);
    const [, digits = "", unit = ""] = /^([0-9]+)([smh]?)$/i.exec(written) ?? [];
    const amount = parseDigits(digits, MAX_UINT32);
    const total = amount === undefined ? undefined : amount * (SECONDS_OF_UNIT[unit.toLowerCase()] ?? NaN);
    if (total !== undefined && total <= MAX_UINT32) return total;
    throw new Problem(
      `Reading "${node.name}": "${written}" is no duration, write one number such as 90s, 30m or 2h`,
      node.at,
    );
  },
  schema: { anyOf: [{ type: "integer", minimum: 0 }, { type: "string" }] },
};

const PLATFORMS: Readonly<Record<string, Platform>> = {
  linux: Platform.LINUX,
  windows: Platform.WINDOWS,
  darwin: Platform.DARWIN,
};

/** An operating system, in any case; its name as it is written comes along. */
export const platform: FieldType<{ platform: Platform; written: string }> = {
  read(node, scope) {
    const written = text.read(node, scope);
    const value = PLATFORMS[written.toLowerCase()];
    if (value !== undefined) return { platform: value, written };
    const meant = nearest(written, Object.keys(PLATFORMS));
    const suggestion = meant === undefined ? "write linux, windows or darwin" : `did you mean "${meant}"?`;
    throw new Problem(`Reading "${node.name}": "${written}" is no platform; ${suggestion}`, node.at);
  },
  schema: { type: "string" },
};

/** One text or a list of them, variables written out; a variable may itself hold a list, as `[a, b]`. */
export const texts: FieldType<string[]> = {
  read: (node, scope) => textsOf(node).flatMap((written) => expandedItems(written, node, scope)),
  schema: scalarsSchema,
};

/** One text or a list of them, as they are written. */
export const rawTexts: FieldType<string[]> = { read: (node) => textsOf(node), schema: scalarsSchema };

function expandedItems(written: string, { at }: Node, scope: Scope): string[] {
  const expanded = scope.expand(written, at);
  if (expanded === written || !expanded.startsWith("[") || !expanded.endsWith("]")) return [expanded];
  return expanded.slice(1, -1).split(",").map((item) => item.trim());
}

/** A map of texts, or a list of such maps in which later ones win; values may be lists, whose items are lines. */
export const textMap: FieldType<Map<string, string>> = {
  read(node) {
    const entries = entriesOf(node).map((entry) => [entry.name, linesOf(entry)] as const);
    return new Map(entries);
  },
  schema: {
    anyOf: [mapSchema(scalarsSchema), { type: "array", items: mapSchema(scalarsSchema) }],
  },
};

/** The same with variables written out in the values. */
export const expandedTextMap: FieldType<Map<string, string>> = {
  read(node, scope) {
    const entries = entriesOf(node).map((entry) =>
      [entry.name, scope.expand(linesOf(entry), entry.at)] as const
    );
    return new Map(entries);
  },
  schema: textMap.schema,
};

/** Entries of a map, or of all the maps of a list. */
export function entriesOf(node: Node): readonly Node[] {
  if (node.kind === "map") return node.children;
  if (node.kind === "scalar") {
    throw new Problem(
      `Reading "${node.name}": it must be a map or a list of maps, this is a scalar`,
      node.at,
    );
  }
  return node.children.flatMap((item) => {
    if (item.kind === "map") return item.children;
    throw new Problem(`Reading "${node.name}": each item must be a map, this is ${kindOf(item)}`, item.at);
  });
}

function linesOf(entry: Node): string {
  if (entry.kind === "map") {
    throw new Problem(
      `Reading "${entry.name}": it must be a scalar or a list of scalars, this is a map`,
      entry.at,
    );
  }
  return textsOf(entry, ({ at }) => at).join("\n");
}

/** `placeOf` says where to report an item that is no scalar; where the list is, unless it is given. */
function textsOf(node: Node, placeOf: (item: Node) => Position = () => node.at): string[] {
  if (node.kind === "scalar") return [node.text];
  if (node.kind === "map") {
    throw new Problem(
      `Reading "${node.name}": it must be a scalar or a list of scalars, this is a map`,
      node.at,
    );
  }
  return node.children.map((item) => {
    if (item.kind === "scalar") return item.text;
    throw new Problem(
      `Reading "${node.name}": each item must be a scalar, the one in line ${item.at.line} is ${
        kindOf(item)
      }`,
      placeOf(item),
    );
  });
}

function scalarOf(node: Node): ScalarNode {
  if (node.kind === "scalar") return node;
  throw new Problem(`Reading "${node.name}": it must be a scalar, this is ${kindOf(node)}`, node.at);
}
