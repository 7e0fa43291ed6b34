import { type ListNode, type MapNode, type Node, withChildren } from "./node.ts";

/**
 * Folds the occurrences of a collectible field, those of the root before those of the task, into the one value that
 * the task sees: maps merge key by key, anything else replaces what came before. The result stands where the last
 * occurrence stands.
 */
export function foldOccurrences(occurrences: readonly Node[]): Node | undefined {
  const [first, ...others] = occurrences;
  if (!first) return undefined;
  const folded = others.reduce(fold, normalised(first));
  return folded.kind === "map" ? withChildren(folded, foldDuplicates(folded.children)) : folded;
}

function fold(left: Node, right: Node): Node {
  const value = normalised(right);
  if (left.kind === "map" && value.kind === "map") return withChildren(value, foldChildren(left, value));
  if (left.kind === "list" && value.kind === "list" && value.name === "additional_containers") {
    return withChildren(value, foldItems(left, value));
  }
  return value;
}

/** An environment may be written as a list of maps as well; that is as good as one map. */
function normalised(node: Node): Node {
  if (node.kind !== "list" || (node.name !== "env" && node.name !== "environment")) return node;
  const children: Node[] = [];
  for (const item of node.children) {
    if (item.kind !== "map") return node;
    children.push(...item.children);
  }
  return { name: node.name, at: node.at, kind: "map", children };
}

function foldChildren(left: MapNode, right: MapNode): Node[] {
  const children = [...left.children];
  const places = new Map(children.map((child, index) => [child.name, index]));
  for (const child of right.children) foldInto(children, places, child);
  return children;
}

function foldDuplicates(nodes: readonly Node[]): Node[] {
  const children: Node[] = [];
  const places = new Map<string, number>();
  for (const child of nodes) foldInto(children, places, child);
  return children;
}

function foldInto(children: Node[], places: Map<string, number>, child: Node): void {
  const place = places.get(child.name) ?? children.length;
  const left = children[place];
  children[place] = left ? fold(left, child) : child;
  places.set(child.name, place);
}

function foldItems(left: ListNode, right: ListNode): Node[] {
  const items = [...left.children];
  for (const [index, item] of right.children.entries()) {
    const before = items[index];
    items[index] = before ? fold(before, item) : item;
  }
  return items;
}
