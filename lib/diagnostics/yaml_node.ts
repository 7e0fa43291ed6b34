import type { Position } from "./diagnostic.ts";

interface Placed {
  /** The key under which the value stands in its map; empty for the root and for items of a list. */
  readonly name: string;
  /** Of the key of a map's child, of the value elsewhere. */
  readonly at: Position;
  /** Of the value itself. */
  readonly valueAt: Position;
}

export interface YamlScalar extends Placed {
  readonly kind: "scalar";
  /** The text as it is written, without quotes: `1.10` stays so. */
  readonly text: string;
  /** What YAML 1.2 takes it for. */
  readonly value: string | number | boolean | null;
  readonly isNull: boolean;
  /** Whether it is written without quotes. */
  readonly plain: boolean;
}

export interface YamlList extends Placed {
  readonly kind: "list";
  readonly children: readonly YamlNode[];
}

/** A map in the order in which it is written; every key is there once. */
export interface YamlMap extends Placed {
  readonly kind: "map";
  readonly children: readonly YamlNode[];
}

/** A value of a YAML file, aliases and merges resolved. */
export type YamlNode = YamlScalar | YamlList | YamlMap;

/** The child of a map that stands under a key, if any. */
export function childOf(node: YamlNode | undefined, name: string): YamlNode | undefined {
  return node?.kind === "map" ? node.children.find((child) => child.name === name) : undefined;
}
