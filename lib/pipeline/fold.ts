import { type ListNode, listNode, type MapNode, mapNode, type Node } from "./node.ts";

/**
 * Folds the occurrences of a collectible field, those of the root before those of the task, into the one value that
 * the task sees: maps merge key by key, anything else replaces what came before. The result stands where the last
 * occurrence stands.
 */
export function foldOccurrences(occurrences: readonly Node[]): Node | undefined {
  const [first, ...others] = occurrences;
  if (!first) return undefined;
  return withoutDuplicates(finished(others.reduce<Folding>(fold, normalised(first))));
}

/** A value, or a map that is still being folded: a file may have thousands of occurrences. */
type Folding = Node | MapFold;

class MapFold {
  name: string;
  at: MapNode["at"];
  readonly #children: Folding[];
  readonly #places = new Map<string, number>();

  constructor({ name, at, children }: MapNode) {
    this.name = name;
    this.at = at;
    this.#children = [...children];
    this.#findPlaces(0);
  }

  /** What the right has twice and the left not at all stays twice: the last one counts when it is read. */
  add(right: MapNode): void {
    const from = this.#children.length;
    for (const child of right.children) {
      const place = this.#places.get(child.name);
      const before = place === undefined ? undefined : this.#children[place];
      if (place !== undefined && before) this.#children[place] = fold(before, child);
      else this.#children.push(child);
    }
    this.#findPlaces(from);
    this.name = right.name;
    this.at = right.at;
  }

  finish(): MapNode {
    return mapNode(this, this.#children.map(finished));
  }

  #findPlaces(from: number): void {
    for (let place = from; place < this.#children.length; place++) {
      this.#places.set(this.#children[place]?.name ?? "", place);
    }
  }
}

function finished(folding: Folding): Node {
  return folding instanceof MapFold ? folding.finish() : folding;
}

function fold(before: Folding, after: Node): Folding {
  const left = before instanceof MapFold ? before : normalised(before);
  const right = normalised(after);
  if (right.kind === "map" && (left instanceof MapFold || left.kind === "map")) {
    const folding = left instanceof MapFold ? left : new MapFold(left);
    folding.add(right);
    return folding;
  }
  if (left instanceof MapFold || left.kind !== "list" || right.kind !== "list") return right;
  return right.name === "additional_containers" ? foldItems(left, right) : right;
}

/** An environment may be written as a list of maps as well; that is as good as one map. */
function normalised(node: Node): Node {
  if (node.kind !== "list" || (node.name !== "env" && node.name !== "environment")) return node;
  const folding = new MapFold(mapNode(node, []));
  for (const item of node.children) {
    if (item.kind !== "map") return node;
    folding.add(item);
  }
  return mapNode(node, folding.finish().children);
}

/** Folds the children of a map that bear one name into the first of them. */
function withoutDuplicates(node: Node): Node {
  if (node.kind !== "map") return node;
  const children = new Map<string, Folding>();
  for (const child of node.children) {
    const before = children.get(child.name);
    children.set(child.name, before ? fold(before, withoutDuplicates(child)) : child);
  }
  return children.size === node.children.length ? node : mapNode(node, [...children.values()].map(finished));
}

function foldItems(left: ListNode, right: ListNode): ListNode {
  const items = [...left.children];
  for (const [index, item] of right.children.entries()) {
    const before = items[index];
    items[index] = before ? finished(fold(before, item)) : item;
  }
  return listNode(right, items);
}
