import type { Position } from "../diagnostics/diagnostic.ts";

interface Named {
  /** The key under which the node stands in its map; empty for the root and for items of a list. */
  readonly name: string;
  /** Of the key of a map's child, of the value of a list's item. */
  readonly at: Position;
}

/** A value without a type: the text after YAML's unquoting and folding. */
export interface ScalarNode extends Named {
  readonly kind: "scalar";
  readonly text: string;
  /** Whether YAML takes the value for null; only lists care. */
  readonly isNull: boolean;
}

interface Collection extends Named {
  readonly children: readonly Node[];
  /**
   * How much it is, written out in full: one for itself and every node below, and one for each 32 characters of text.
   * What nodes share is counted wherever it is used.
   */
  readonly weight: number;
  /** Whether a `matrix` stands somewhere below. */
  readonly holdsMatrix: boolean;
}

export interface ListNode extends Collection {
  readonly kind: "list";
}

/** A map in document order. Several children may bear one name; what that means is up to the reader. */
export interface MapNode extends Collection {
  readonly kind: "map";
}

/**
 * A `.cirrus.yml` once aliases and merges are resolved. Nodes never change, so an alias and the copies that a
 * matrix makes share whatever they have in common.
 */
export type Node = ScalarNode | ListNode | MapNode;

/** The same value under another name, at another place. */
export function renamed(node: Node, name: string, at: Position): Node {
  return { ...node, name, at };
}

/** The key of what a task is copied for. */
export const MATRIX = "matrix";

const CHARACTERS_OF_ONE = 32;

/** How much a node is; see `Collection`. */
export function weigh(node: Node): number {
  return node.kind === "scalar" ? weighText(node.text) : node.weight;
}

/** The same for a text that is in no node. */
export function weighText(text: string): number {
  return 1 + Math.floor(text.length / CHARACTERS_OF_ONE);
}

/** A map at a place. */
export function mapNode(place: Named, children: readonly Node[]): MapNode {
  return { name: place.name, at: place.at, kind: "map", children, ...summed(children) };
}

/** A list at a place. */
export function listNode(place: Named, children: readonly Node[]): ListNode {
  return { name: place.name, at: place.at, kind: "list", children, ...summed(children) };
}

/** The same map or list with other children. */
export function withChildren<N extends ListNode | MapNode>(node: N, children: readonly Node[]): N {
  return { ...node, children, ...summed(children) };
}

function summed(children: readonly Node[]): Pick<Collection, "weight" | "holdsMatrix"> {
  let weight = 1;
  let holdsMatrix = false;
  for (const child of children) {
    weight += weigh(child);
    holdsMatrix ||= child.name === MATRIX || (child.kind !== "scalar" && child.holdsMatrix);
  }
  return { weight, holdsMatrix };
}

/** What a person calls the node's kind. */
export function kindOf(node: Node): string {
  return { scalar: "a scalar", list: "a list", map: "a map" }[node.kind];
}
