import { type ListNode, listNode, type MapNode, mapNode, type Node } from "./node.ts";

/**
 * Fields that a map may get from a merge although it has them already: their values are folded later, instead of
 * one replacing the other. They are told by their names alone, at any depth.
 */
export type MergeExempt = ReadonlySet<string>;

/** A map while it is read: what it says itself, and what merges bring to it. */
export class MapDraft {
  readonly #exempt: MergeExempt;
  #isList = false;
  #children: Node[] = [];
  readonly #present = new Set<string>();

  constructor(exempt: MergeExempt) {
    this.#exempt = exempt;
  }

  /** Appends a field, whether it is there already or not. */
  add(child: Node): void {
    this.#present.add(child.name);
    this.#children.push(child);
  }

  /**
   * Appends what `template` brings by `<<: *template`: every field that is not there yet, and those exempt from that
   * rule in any case. What is written after the `<<` is not known here, as it is in the reference.
   */
  merge(template: MapNode): void {
    for (const child of template.children) {
      if (!this.#present.has(child.name) || this.#exempt.has(child.name)) this.add(child);
    }
  }

  /** Makes the map the list that was merged; whatever follows is put behind its items. */
  become(list: ListNode): void {
    this.#isList = true;
    this.#children = [];
    this.#present.clear();
    for (const item of list.children) this.add(item);
  }

  finish(place: Pick<Node, "name" | "at">): MapNode | ListNode {
    return this.#isList ? listNode(place, this.#children) : mapNode(place, this.#children);
  }
}
