import { limits } from "../limits.ts";
import { Scanner } from "./scanner.ts";
import type { Mark, Token } from "./token.ts";
import type { YamlEntry, YamlNode } from "./yaml_node.ts";
import { YamlSyntaxError } from "./yaml_syntax_error.ts";

/**
 * Reads the first document of a YAML text from `offset` on, which must be the start of a line; undefined when there is
 * none. What follows it is not looked at.
 *
 * @throws {YamlSyntaxError} where the text is not YAML, or is nested deeper than `limits` allow.
 */
export function readDocument(text: string, offset = 0): YamlNode | undefined {
  return new DocumentReader(new Scanner(text, offset)).read();
}

/** What `!` and `!!` stand for, unless the document says otherwise. */
const HANDLES = [["!", "!"], ["!!", "tag:yaml.org,2002:"]] as const;

interface NodeOptions {
  /** Whether a block may begin here. */
  readonly inBlock: boolean;
  /** Whether the items of a list may be no further right than the key before them. */
  readonly mayBeUnindented?: boolean;
}

interface Properties {
  offset: number;
  anchor: string | undefined;
  tag: string | undefined;
}

class DocumentReader {
  readonly #scanner: Scanner;
  #handles: ReadonlyMap<string, string> = new Map(HANDLES);
  #depth = 0;

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
  }

  read(): YamlNode | undefined {
    if (this.#is("stream end")) return undefined;
    if (this.#is("directive", "document start")) {
      this.#header();
      if (this.#is("directive", "document start", "document end", "stream end")) return undefined;
    }
    const root = this.#node(IN_BLOCK);
    // What is read ahead of it must be YAML, too.
    this.#is("document end");
    return root;
  }

  #header(): void {
    const handles = new Map<string, string>();
    let hasVersion = false;
    for (let token = this.#scanner.next; token.type === "directive"; token = this.#scanner.next) {
      this.#scanner.take();
      const [first = "", prefix = ""] = token.values;
      const isTwice = token.name === "YAML" ? hasVersion : handles.has(first);
      if (isTwice) throw new YamlSyntaxError(`"%${token.name} ${first}" is there twice`, token.offset);
      if (token.name === "YAML") hasVersion = true;
      else handles.set(first, prefix);
    }
    this.#handles = new Map([...HANDLES, ...handles]);
    this.#expect("document start", 'a document begins with "---" here');
  }

  #is(...types: readonly Token["type"][]): boolean {
    return types.includes(this.#scanner.next.type);
  }

  #expect(type: Mark, what: string): void {
    if (!this.#is(type)) throw new YamlSyntaxError(what, this.#scanner.next.offset);
    this.#scanner.take();
  }

  #node({ inBlock, mayBeUnindented = false }: NodeOptions): YamlNode {
    const first = this.#scanner.next;
    if (first.type === "alias") {
      this.#scanner.take();
      return { kind: "alias", offset: first.offset, name: first.name };
    }
    const properties = this.#properties();
    const token = this.#scanner.next;
    if (mayBeUnindented && token.type === "block entry") {
      return { kind: "list", ...properties, items: this.#nested(() => this.#unindentedItems()) };
    }
    switch (token.type) {
      case "scalar": {
        this.#scanner.take();
        return { kind: "scalar", ...properties, text: token.text, isPlain: token.isPlain };
      }
      case "flow list start":
        return { kind: "list", ...properties, items: this.#nested(() => this.#flowItems()) };
      case "flow map start":
        return { kind: "map", ...properties, entries: this.#nested(() => this.#flowEntries()) };
      case "block list start":
        if (inBlock) return { kind: "list", ...properties, items: this.#nested(() => this.#blockItems()) };
        break;
      case "block map start":
        if (inBlock) return { kind: "map", ...properties, entries: this.#nested(() => this.#blockEntries()) };
        break;
    }
    const hasProperties = token !== first;
    if (hasProperties) return { kind: "scalar", ...properties, text: "", isPlain: true };
    throw new YamlSyntaxError(`a value is missing before ${nameOf(token)}`, token.offset);
  }

  /** The anchor and the tag before a node, in any order. */
  #properties(): Properties {
    const properties: Properties = { offset: this.#scanner.next.offset, anchor: undefined, tag: undefined };
    for (let token = this.#scanner.next;; token = this.#scanner.next) {
      if (token.type === "anchor" && properties.anchor === undefined) properties.anchor = token.name;
      else if (token.type === "tag" && properties.tag === undefined) properties.tag = this.#tagOf(token);
      else return properties;
      this.#scanner.take();
    }
  }

  #tagOf({ handle, suffix, offset }: Token & { type: "tag" }): string | undefined {
    // "!" alone is no tag to the reference.
    if (handle === "") return suffix === "!" ? undefined : suffix;
    const prefix = this.#handles.get(handle);
    if (prefix !== undefined) return prefix + suffix;
    throw new YamlSyntaxError(
      `nothing says what "${handle}" of the tag "${handle}${suffix}" stands for; put a text that begins with "!" in quotes`,
      offset,
    );
  }

  #nested<T>(read: () => T): T {
    if (this.#depth > limits.nesting) {
      throw new YamlSyntaxError(
        `maps and lists are nested more than ${limits.nesting} deep`,
        this.#scanner.next.offset,
      );
    }
    this.#depth++;
    const value = read();
    this.#depth--;
    return value;
  }

  /** A node, or nothing where one of `ends` follows at once. */
  #nodeUnless(ends: readonly Token["type"][], options: NodeOptions): YamlNode {
    const { type, offset } = this.#scanner.next;
    return ends.includes(type) ? emptyAt(offset) : this.#node(options);
  }

  #blockItems(): YamlNode[] {
    this.#scanner.take();
    const items: YamlNode[] = [];
    while (this.#is("block entry")) {
      this.#scanner.take();
      items.push(this.#nodeUnless(["block entry", "block end"], IN_BLOCK));
    }
    this.#expect(
      "block end",
      'this is neither an item ("- ...") of the list above nor indented less than it',
    );
    return items;
  }

  #unindentedItems(): YamlNode[] {
    const items: YamlNode[] = [];
    const ends = ["block entry", "key", "value", "block end"] as const;
    while (this.#is("block entry")) {
      this.#scanner.take();
      items.push(this.#nodeUnless(ends, IN_BLOCK));
    }
    return items;
  }

  #blockEntries(): YamlEntry[] {
    this.#scanner.take();
    const entries: YamlEntry[] = [];
    const ends = ["key", "value", "block end"] as const;
    while (this.#is("key")) {
      this.#scanner.take();
      const key = this.#nodeUnless(ends, UNDER_KEY);
      entries.push({ key, value: this.#value(ends, UNDER_KEY) });
    }
    this.#expect(
      "block end",
      'this is neither a key ("key: ...") of the map above nor indented less than it',
    );
    return entries;
  }

  #value(ends: readonly Token["type"][], options: NodeOptions): YamlNode {
    if (!this.#is("value")) return emptyAt(this.#scanner.next.offset);
    this.#scanner.take();
    return this.#nodeUnless(ends, options);
  }

  #flowItems(): YamlNode[] {
    const { offset } = this.#scanner.take();
    const items: YamlNode[] = [];
    while (!this.#isFlowOver("flow list end", { offset, count: items.length })) {
      items.push(this.#is("key") ? this.#pair() : this.#node(IN_FLOW));
    }
    return items;
  }

  /** Steps over the comma before the next item, or over the end. `offset` is where the brackets began. */
  #isFlowOver(
    end: "flow list end" | "flow map end",
    { offset, count }: { offset: number; count: number },
  ): boolean {
    const [what, bracket] = end === "flow list end" ? ["list", "]"] : ["map", "}"];
    if (count > 0 && !this.#is(end, "stream end")) {
      this.#expect("flow entry", `a "," or "${bracket}" is missing before this`);
    }
    if (this.#is("stream end")) throw new YamlSyntaxError(`a ${what} has no "${bracket}" at its end`, offset);
    if (!this.#is(end)) return false;
    this.#scanner.take();
    return true;
  }

  /** An item such as `a: b`, which is a map of its own. */
  #pair(): YamlNode {
    const { offset } = this.#scanner.take();
    return this.#nested(() => {
      const key = this.#nodeUnless(["value", "flow entry", "flow list end"], IN_FLOW);
      const value = this.#value(["flow entry", "flow list end"], IN_FLOW);
      return { kind: "map", offset, anchor: undefined, tag: undefined, entries: [{ key, value }] };
    });
  }

  #flowEntries(): YamlEntry[] {
    const { offset } = this.#scanner.take();
    const entries: YamlEntry[] = [];
    while (!this.#isFlowOver("flow map end", { offset, count: entries.length })) {
      entries.push(this.#flowEntry());
    }
    return entries;
  }

  #flowEntry(): YamlEntry {
    if (!this.#is("key")) {
      const key = this.#node(IN_FLOW);
      return { key, value: emptyAt(this.#scanner.next.offset) };
    }
    this.#scanner.take();
    const key = this.#nodeUnless(["value", "flow entry", "flow map end"], IN_FLOW);
    return { key, value: this.#value(["flow entry", "flow map end"], IN_FLOW) };
  }
}

const IN_BLOCK: NodeOptions = { inBlock: true };
const UNDER_KEY: NodeOptions = { inBlock: true, mayBeUnindented: true };
const IN_FLOW: NodeOptions = { inBlock: false };

function emptyAt(offset: number): YamlNode {
  return { kind: "scalar", offset, anchor: undefined, tag: undefined, text: "", isPlain: true };
}

/** What a person sees where a token is. */
function nameOf({ type }: Token): string {
  switch (type) {
    case "block entry":
      return 'this "-"';
    case "flow entry":
      return 'this ","';
    case "value":
      return 'this ":"';
    case "flow list end":
      return 'this "]"';
    case "flow map end":
      return 'this "}"';
    case "stream end":
      return "the end of the file";
    default:
      return "this";
  }
}
