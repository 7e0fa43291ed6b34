import type { Node } from "./node.ts";

const CHARACTERS_OF_ONE = 32;
const weights = new WeakMap<readonly Node[], number>();

/**
 * How much a node is, written out in full: one for itself and every node below, and one for each 32 characters of
 * text. Values that nodes share are counted wherever they are used, but looked at once.
 */
export function weigh(node: Node): number {
  if (node.kind === "scalar") return 1 + Math.floor(node.text.length / CHARACTERS_OF_ONE);
  const known = weights.get(node.children);
  if (known !== undefined) return known;
  let weight = 1;
  for (const child of node.children) weight += weigh(child);
  weights.set(node.children, weight);
  return weight;
}
