import type { Position } from "../diagnostics/diagnostic.ts";
import { limits } from "./limits.ts";
import { MapDraft, type MergeExempt } from "./map_draft.ts";
import { type ListNode, listNode, type MapNode, mapNode, type Node, renamed } from "./node.ts";
import { Problem, type Problems } from "./problem.ts";
import type { YamlList, YamlMap, YamlNode, YamlScalar } from "./yaml/yaml_node.ts";
import { isMergeKey, keyText } from "./yaml_key.ts";
import type { YamlSource } from "./yaml_source.ts";

/**
 * Turns YAML into the tree that the rest of the room reads: aliases copied to where they are used, merge keys
 * resolved, keys checked to be texts, duplicates kept. A key that is no text, an alias without an anchor or within
 * itself and a `<<` of something that cannot be merged are reported and left out.
 *
 * @throws {Problem} when there are more nodes than `limits` allow.
 */
export function buildTree(
  yaml: YamlSource,
  { exempt, problems }: { exempt: MergeExempt; problems: Problems },
): Node | undefined {
  if (yaml.root === undefined) return undefined;
  return new TreeBuilder(yaml, exempt, problems).build(yaml.root, { name: "", at: { line: 1, column: 1 } });
}

interface Place {
  name: string;
  at: Position;
}

class TreeBuilder {
  readonly #yaml: YamlSource;
  readonly #exempt: MergeExempt;
  readonly #problems: Problems;
  /** What each anchor stands for so far. */
  readonly #anchors = new Map<string, Node>();
  /** The anchors of the values that are being read, one within another. */
  readonly #open: string[] = [];
  /** How many fields and items merges have brought. */
  #merged = 0;
  #exceeded: Problem | undefined;

  constructor(yaml: YamlSource, exempt: MergeExempt, problems: Problems) {
    this.#yaml = yaml;
    this.#exempt = exempt;
    this.#problems = problems;
  }

  build(value: YamlNode, place: Place): Node {
    if (value.kind === "alias") {
      return renamed(this.#resolve(value.name, this.#start(value)), place.name, place.at);
    }
    if (value.anchor === undefined) return this.#buildValue(value, place);
    this.#open.push(value.anchor);
    // What cannot be read is told once, not again for each alias.
    let node: Node = mapNode(place, []);
    try {
      return node = this.#buildValue(value, place);
    } finally {
      this.#open.pop();
      this.#anchors.set(value.anchor, node);
    }
  }

  #buildValue(value: YamlScalar | YamlList | YamlMap, place: Place): Node {
    if (value.kind === "map") return this.#buildMap(value, place);
    if (value.kind === "list") {
      return this.#bounded(listNode(place, this.#buildItems(value)));
    }
    if (value.tag?.includes("(")) {
      throw new Problem(
        `Reading YAML: "${value.tag}" is a tag to YAML; put an expression that begins with "!" in quotes`,
        place.at,
      );
    }
    return { ...place, kind: "scalar", text: value.text, isNull: isNull(value) };
  }

  #buildItems({ items }: YamlList): Node[] {
    return items
      .map((item) => this.build(item, { name: "", at: this.#start(item) }))
      .filter((item) => item.kind !== "scalar" || !item.isNull);
  }

  #buildMap(map: YamlMap, place: Place): MapNode | ListNode {
    const mapStart = this.#start(map);
    const draft = new MapDraft(this.#exempt);
    for (const { key, value } of map.entries) {
      this.#problems.attempt(() => {
        if (isMergeKey(key)) this.#merge(draft, value, mapStart);
        else draft.add(this.#buildEntry(key, { value, mapStart }));
      });
    }
    return this.#bounded(draft.finish(place));
  }

  #buildEntry(key: YamlNode, { value, mapStart }: { value: YamlNode; mapStart: Position }): Node {
    const at = this.#start(key);
    const name = keyText(key);
    if (name === undefined) {
      const shown = key.kind === "scalar" ? ` "${key.text}"` : "";
      throw new Problem(
        `Reading YAML: the key${shown} in line ${at.line} is no text to YAML; put it in quotes if it is meant as one`,
        mapStart,
      );
    }
    if (key.kind === "scalar" && key.anchor !== undefined) this.build(key, { name: "", at });
    return this.build(value, { name, at });
  }

  /** Merges `value` into the map that begins at `mapStart`. */
  #merge(draft: MapDraft, value: YamlNode, mapStart: Position): void {
    switch (value.kind) {
      case "alias": {
        const template = this.#resolve(value.name, this.#start(value));
        if (template.kind === "scalar") {
          throw new Problem(
            `Merging "<<: *${value.name}": the anchor stands for a scalar; only a map or a list can be merged`,
            mapStart,
          );
        }
        this.#spend(template, mapStart);
        return template.kind === "map" ? draft.merge(template) : draft.become(template);
      }
      case "list":
        for (const item of value.items) {
          const at = this.#start(item);
          const template = this.build(item, { name: "", at });
          if (template.kind !== "map") {
            throw new Problem(
              `Merging a list with "<<": every item must be a map, or an alias of one, not what is in line ${at.line}`,
              mapStart,
            );
          }
          this.#spend(template, mapStart);
          draft.merge(template);
        }
        return;
      case "map":
      case "scalar":
        // Without effect in the reference; its anchors count all the same.
        this.build(value, { name: "", at: this.#start(value) });
        this.#problems.warn(
          'Merging with "<<": only an alias, such as "*template", or a list of them has an effect',
          this.#start(value),
        );
    }
  }

  #resolve(anchor: string, at: Position): Node {
    // By its name, even where the anchor was set anew within.
    if (this.#open.includes(anchor)) {
      throw new Problem(`Reading YAML: the alias "${anchor}" stands within itself`, at);
    }
    const node = this.#anchors.get(anchor);
    if (node !== undefined) return node;
    throw new Problem(`Reading YAML: there is no anchor "${anchor}" before this alias`, at);
  }

  /** A file of a few lines can make aliases of aliases of aliases. */
  #bounded<N extends ListNode | MapNode>(node: N): N {
    if (node.weight > limits.weight) throw this.#tooMuch(node.at);
    return node;
  }

  /** A file of many lines can merge into each of its maps all of the one before. */
  #spend({ children }: MapNode | ListNode, at: Position): void {
    this.#merged += children.length;
    if (this.#merged > limits.weight) throw this.#tooMuch(at);
  }

  /** Always the same, so that it is told once. */
  #tooMuch(at: Position): Problem {
    return this.#exceeded ??= new Problem(
      "Reading YAML: written out in full, the aliases and merges here are too much",
      at,
    );
  }

  #start({ offset }: YamlNode): Position {
    return this.#yaml.positionAt(offset);
  }
}

const NULL_TAG = "tag:yaml.org,2002:null";

function isNull({ tag, isPlain, text }: YamlScalar): boolean {
  if (tag !== undefined) return tag === NULL_TAG;
  return isPlain && ["", "~", "null", "Null", "NULL"].includes(text);
}
