import type { MapNode, Node } from "./node.ts";

/**
 * Fields that a map may get from a merge although it has them already: their values are folded later, instead of
 * one replacing the other. They are told by their names alone, at any depth.
 */
export type MergeExempt = ReadonlySet<string>;

/**
 * Appends to `children` what `template` brings by `<<: *template`: every field that is not there yet, and those
 * exempt from that rule in any case. What is written after the `<<` is not known here, as it is in the reference.
 */
export function mergeInto(children: Node[], template: MapNode, exempt: MergeExempt): void {
  const present = new Set(children.map((child) => child.name));
  for (const child of template.children) {
    if (present.has(child.name) && !exempt.has(child.name)) continue;
    present.add(child.name);
    children.push(child);
  }
}
