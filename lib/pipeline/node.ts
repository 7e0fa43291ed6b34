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

export interface ListNode extends Named {
  readonly kind: "list";
  readonly children: readonly Node[];
}

/** A map in document order. Several children may bear one name; what that means is up to the reader. */
export interface MapNode extends Named {
  readonly kind: "map";
  readonly children: readonly Node[];
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

/** The same map or list with other children. */
export function withChildren<N extends ListNode | MapNode>(node: N, children: readonly Node[]): N {
  return { ...node, children };
}

/** What a person calls the node's kind. */
export function kindOf(node: Node): string {
  return { scalar: "a scalar", list: "a list", map: "a map" }[node.kind];
}
