import { type ListNode, type MapNode, mapNode, type Node, withChildren } from "./node.ts";

/**
 * Folds the occurrences of a collectible field, those of the root before those of the task, into the one value that
 * the task sees: maps merge key by key, anything else replaces what came before. The result stands where the last
 * occurrence stands.
 */
export function foldOccurrences(occurrences: readonly Node[]): Node | undefined {
  const [first, ...others] = occurrences;
  if (!first) return undefined;
  return withoutDuplicates(others.reduce(fold, normalised(first)));
}

function fold(before: Node, after: Node): Node {
  const [left, right] = [normalised(before), normalised(after)];
  if (left.kind === "map" && right.kind === "map") return withChildren(right, foldChildren(left, right));
  if (left.kind === "list" && right.kind === "list" && right.name === "additional_containers") {
    return withChildren(right, foldItems(left, right));
  }
  return right;
}

/** An environment may be written as a list of maps as well; that is as good as one map. */
function normalised(node: Node): Node {
  if (node.kind !== "list" || (node.name !== "env" && node.name !== "environment")) return node;
  let map = mapNode(node, []);
  for (const item of node.children) {
    if (item.kind !== "map") return node;
    map = withChildren(map, foldChildren(map, item));
  }
  return map;
}

/** What the right has twice and the left not at all stays twice: the last one counts when it is read. */
function foldChildren(left: MapNode, right: MapNode): Node[] {
  const children = [...left.children];
  const places = new Map(children.map((child, index) => [child.name, index]));
  for (const child of right.children) {
    const place = places.get(child.name);
    const before = place === undefined ? undefined : children[place];
    if (place !== undefined && before) children[place] = fold(before, child);
    else children.push(child);
  }
  return children;
}

/** Folds the children of a map that bear one name into the first of them. */
function withoutDuplicates(node: Node): Node {
  if (node.kind !== "map") return node;
  const children = new Map<string, Node>();
  for (const child of node.children) {
    const before = children.get(child.name);
    children.set(child.name, before ? fold(before, withoutDuplicates(child)) : child);
  }
  return children.size === node.children.length ? node : withChildren(node, [...children.values()]);
}

function foldItems(left: ListNode, right: ListNode): Node[] {
  const items = [...left.children];
  for (const [index, item] of right.children.entries()) {
    const before = items[index];
    items[index] = before ? fold(before, item) : item;
  }
  return items;
}
