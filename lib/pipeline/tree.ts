import { isAlias, isMap, isScalar, isSeq, Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import type { Position } from "../diagnostics/diagnostic.ts";
import { limits } from "./limits.ts";
import { type MergeExempt, mergeInto } from "./merge.ts";
import { type ListNode, type MapNode, type Node, renamed } from "./node.ts";
import { Problem, type Problems } from "./problem.ts";
import { weigh } from "./weight.ts";
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
  if (yaml.root === null) return undefined;
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
  /** What each anchor stands for so far; "open" while its own value is being read. */
  readonly #anchors = new Map<string, Node | "open">();

  constructor(yaml: YamlSource, exempt: MergeExempt, problems: Problems) {
    this.#yaml = yaml;
    this.#exempt = exempt;
    this.#problems = problems;
  }

  build(value: unknown, place: Place): Node {
    if (isAlias(value)) return renamed(this.#resolve(value.source, this.#start(value)), place.name, place.at);
    const anchor = isScalar(value) || isMap(value) || isSeq(value) ? value.anchor : undefined;
    if (anchor === undefined) return this.#buildValue(value, place);
    this.#checkAnchor(anchor, value);
    this.#anchors.set(anchor, "open");
    // What cannot be read is told once, not again for each alias.
    let node: Node = { ...place, kind: "map", children: [] };
    try {
      return node = this.#buildValue(value, place);
    } finally {
      this.#anchors.set(anchor, node);
    }
  }

  #buildValue(value: unknown, place: Place): Node {
    if (isMap(value)) return this.#buildMap(value, place);
    if (isSeq(value)) return this.#bounded({ ...place, kind: "list", children: this.#buildItems(value) });
    const scalar = isScalar(value) ? value : new Scalar("");
    const text = typeof scalar.value === "string" ? scalar.value : scalar.source ?? "";
    if (scalar.tag?.includes("(")) {
      throw new Problem(
        `Reading YAML: "${scalar.tag}" is a tag to YAML; put an expression that begins with "!" in quotes`,
        place.at,
      );
    }
    return { ...place, kind: "scalar", text, isNull: isNull(scalar, text) };
  }

  #buildItems(list: YAMLSeq): Node[] {
    return list.items
      .map((item) => this.build(item, { name: "", at: this.#start(item) }))
      .filter((item) => item.kind !== "scalar" || !item.isNull);
  }

  #buildMap(map: YAMLMap, place: Place): MapNode | ListNode {
    const children: Node[] = [];
    for (const { key, value } of map.items) {
      const list = this.#problems.attempt(() =>
        isMergeKey(key)
          ? this.#merge(children, value, this.#start(map))
          : void children.push(this.#buildEntry(key, value))
      );
      if (list) return { ...place, kind: "list", children: list };
    }
    return this.#bounded({ ...place, kind: "map", children });
  }

  #buildEntry(key: unknown, value: unknown): Node {
    const at = this.#start(key ?? value);
    const name = keyText(key);
    if (name === undefined) {
      throw new Problem("Reading YAML: a key must be a text; put it in quotes if it is meant as one", at);
    }
    if (isScalar(key) && key.anchor !== undefined) this.build(key, { name: "", at });
    return this.build(value, { name, at });
  }

  /** Merges `value` into `children`. A list that is merged as a whole is returned: it takes the map's place. */
  #merge(children: Node[], value: unknown, mapStart: Position): readonly Node[] | undefined {
    if (isAlias(value)) {
      const template = this.#resolve(value.source, this.#start(value));
      if (template.kind === "list") return template.children;
      if (template.kind === "scalar") {
        throw new Problem(
          `Merging "<<: *${value.source}": the anchor stands for a scalar; only a map or a list can be merged`,
          mapStart,
        );
      }
      mergeInto(children, template, this.#exempt);
    } else if (isSeq(value)) {
      for (const item of value.items) {
        const at = this.#start(item);
        const template = this.build(item, { name: "", at });
        if (template.kind !== "map") {
          throw new Problem('Merging a list with "<<": every item must be a map, or an alias of one', at);
        }
        mergeInto(children, template, this.#exempt);
      }
    } else if (isMap(value) || isScalar(value)) {
      // Without effect in the reference; its anchors count all the same.
      this.build(value, { name: "", at: this.#start(value) });
    }
    return undefined;
  }

  #resolve(anchor: string, at: Position): Node {
    const node = this.#anchors.get(anchor);
    if (node === undefined) {
      throw new Problem(`Reading YAML: there is no anchor "${anchor}" before this alias`, at);
    }
    if (node === "open") throw new Problem(`Reading YAML: the alias "${anchor}" stands within itself`, at);
    return node;
  }

  #checkAnchor(anchor: string, value: unknown): void {
    if (/^[0-9A-Za-z_-]+$/.test(anchor)) return;
    throw new Problem(
      `Reading YAML: the anchor "${anchor}" must be made of letters, digits, "_" and "-"`,
      this.#start(value),
    );
  }

  /** A file of a few lines can make aliases of aliases of aliases. */
  #bounded<N extends Node>(node: N): N {
    if (weigh(node) > limits.weight) {
      throw new Problem(
        "Reading YAML: written out in full, the aliases and merges here are too much",
        node.at,
      );
    }
    return node;
  }

  #start(node: unknown): Position {
    const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
    return this.#yaml.positionAt(range?.[0] ?? 0);
  }
}

const NULL_TAG = "tag:yaml.org,2002:null";

function isNull(scalar: Scalar, text: string): boolean {
  if (scalar.tag !== undefined) return scalar.tag === NULL_TAG;
  const plain = scalar.type === undefined || scalar.type === Scalar.PLAIN;
  return plain && ["", "~", "null", "Null", "NULL"].includes(text);
}
