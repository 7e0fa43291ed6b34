import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseAllDocuments,
  Scalar,
  type YAMLMap,
  type YAMLParseError,
  type YAMLWarning,
} from "yaml";
import { withoutByteOrderMark } from "./byte_order_mark.ts";
import type { Diagnostic, Position } from "./diagnostic.ts";
import type { YamlNode } from "./yaml_node.ts";

/** How much one file may hold, so that none keeps its reader busy. Lengths are in UTF-16 code units. */
const LONGEST = 64 * 1024;
const LONGEST_LINE = 4 * 1024;
/** Aliases count as what they stand for. */
const MOST_NODES = 10_000;
const DEEPEST = 100;
/** Some 10,000 quotes that stand for one in a quoted text make the compiler of V8 in Deno 2.9.3 abort the process. */
const MOST_DOUBLED_QUOTES = 1_000;

/** What a file says, as far as it could be read, and what is wrong with it. */
export interface StrictYaml {
  /** Undefined for an empty file. */
  readonly root: YamlNode | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads YAML 1.2 with merge keys and takes nothing silently: duplicate keys, keys that are no text, unknown tags and
 * a second document are errors. Other tools read these files by the same library, so none sees a key where we see none;
 * the reader of `.cirrus.yml` has to forgive what its reference does. Never throws for what the file says.
 */
export function readStrictYaml(file: string, { path }: { readonly path: string }): StrictYaml {
  const source = withoutByteOrderMark(file);
  const lines = new LineCounter();
  const reader = new Reader(path, (offset) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  });
  const why = whyTooMuch(source);
  if (why !== undefined) {
    reader.report(`Cannot read the file: ${why}`, undefined);
    return { root: undefined, diagnostics: reader.diagnostics };
  }
  try {
    return { root: reader.read(compose(source, lines)), diagnostics: reader.diagnostics };
  } catch (error) {
    // The library recurses into what is nested.
    if (!(error instanceof RangeError)) throw error;
    reader.report(
      "Cannot read the file: with its aliases written out it is nested too deep or too long",
      undefined,
    );
    return { root: undefined, diagnostics: reader.diagnostics };
  }
}

function whyTooMuch(source: string): string | undefined {
  if (source.length > LONGEST) return `it is longer than ${LONGEST} characters`;
  if (source.split("\n").some(({ length }) => length > LONGEST_LINE)) {
    return `a line of it is longer than ${LONGEST_LINE} characters`;
  }
  if (source.split("''").length > MOST_DOUBLED_QUOTES) {
    return `there are more than ${MOST_DOUBLED_QUOTES} doubled quotes in it`;
  }
  return undefined;
}

function compose(source: string, lineCounter: LineCounter): Document.Parsed[] {
  const documents = parseAllDocuments(source, {
    schema: "core",
    uniqueKeys: false,
    merge: false,
    prettyErrors: false,
    strict: true,
    logLevel: "silent",
    lineCounter,
  });
  return Array.isArray(documents) ? documents : [];
}

interface Place {
  readonly name: string;
  readonly at: Position | undefined;
  readonly depth: number;
}

class Reader {
  readonly diagnostics: Diagnostic[] = [];
  readonly #path: string;
  readonly #positionAt: (offset: number) => Position;
  #document: Document.Parsed | undefined;
  #nodes = 0;

  constructor(path: string, positionAt: (offset: number) => Position) {
    this.#path = path;
    this.#positionAt = positionAt;
  }

  report(message: string, position: Position | undefined): void {
    this.diagnostics.push({ severity: "error", message, path: this.#path, ...position && { position } });
  }

  read(documents: readonly Document.Parsed[]): YamlNode | undefined {
    const [document, second] = documents;
    if (!document) return undefined;
    this.#document = document;
    const faults = documents.flatMap(({ errors }) => errors);
    this.#reportEach(faults);
    // What follows a fault is not what was meant.
    if (faults.length > 0) return undefined;
    this.#reportEach(document.warnings);
    if (second) {
      this.report(
        "A second YAML document begins here, which nothing would read: remove it",
        this.#positionAt(second.range[0]),
      );
    }
    if (document.contents === null) return undefined;
    const root = this.#build(document.contents, { name: "", at: undefined, depth: 0 });
    return root.kind === "scalar" && root.isNull ? undefined : root;
  }

  /** One fault often leads to others of its kind, of which only the first says something. */
  #reportEach(faults: readonly (YAMLParseError | YAMLWarning)[]): void {
    for (const [message, [first]] of Map.groupBy(faults, ({ message }) => message)) {
      if (/call stack/.test(message)) throw new RangeError(message);
      if (first) {
        this.report(`Cannot read the YAML: ${withoutQuotation(message)}`, this.#positionAt(first.pos[0]));
      }
    }
  }

  #build(value: unknown, { name, at, depth }: Place): YamlNode {
    const valueAt = this.#start(value) ?? at ?? { line: 1, column: 1 };
    const placed = { name, at: at ?? valueAt, valueAt };
    if (depth > DEEPEST || ++this.#nodes > MOST_NODES) throw new RangeError("Too much");
    if (isAlias(value)) {
      const target = this.#document && value.resolve(this.#document);
      if (!target) this.report(`There is no anchor "${value.source}" before this alias`, valueAt);
      return { ...this.#build(target, { name, at, depth: depth + 1 }), ...placed };
    }
    if (isMap(value)) return { ...placed, kind: "map", children: this.#buildEntries(value, depth) };
    if (isSeq(value)) {
      const children = value.items.map((item) =>
        this.#build(item, { name: "", at: undefined, depth: depth + 1 })
      );
      return { ...placed, kind: "list", children };
    }
    if (!isScalar(value)) {
      return { ...placed, kind: "scalar", text: "", value: null, isNull: true, plain: true };
    }
    return {
      ...placed,
      kind: "scalar",
      text: value.source ?? String(value.value ?? ""),
      value: plainValue(value.value),
      isNull: value.value === null,
      plain: value.type === Scalar.PLAIN || value.type === undefined,
    };
  }

  #buildEntries(map: YAMLMap, depth: number): YamlNode[] {
    const entries = new Map<string, YamlNode>();
    const merged: YamlNode[] = [];
    for (const pair of map.items) {
      if (isMerge(pair)) merged.push(...this.#mergedEntries(pair, depth));
      else this.#addEntry(pair, { entries, depth });
    }
    for (const entry of merged) {
      if (!entries.has(entry.name)) entries.set(entry.name, entry);
    }
    return [...entries.values()];
  }

  #addEntry(
    { key, value }: Pair,
    { entries, depth }: { entries: Map<string, YamlNode>; depth: number },
  ): void {
    const at = this.#start(key) ?? this.#start(value);
    if (!isScalar(key)) return this.report("A key must be a text: write it without brackets", at);
    const name = key.source ?? String(key.value ?? "");
    // What reads maps as objects of JavaScript would pass over it.
    if (name === "__proto__") return this.report(`No key can be called "${name}"`, at);
    const before = entries.get(name);
    const entry = this.#build(value, { name, at, depth: depth + 1 });
    if (!before) return void entries.set(name, entry);
    const { line, column } = before.at;
    this.report(`The key "${name}" is there twice, also at ${line}:${column}: remove one of them`, at);
  }

  /** What `<<: *template` or `<<: [*first, *second]` brings; an earlier one wins. */
  #mergedEntries({ key, value }: Pair, depth: number): readonly YamlNode[] {
    const template = this.#build(value, { name: "<<", at: this.#start(key), depth: depth + 1 });
    const maps = template.kind === "list" ? template.children : [template];
    return maps.flatMap((map) => {
      if (map.kind === "map") return map.children;
      this.report('Only a map, or a list of maps, can be merged with "<<"', map.at);
      return [];
    });
  }

  #start(node: unknown): Position | undefined {
    if (!isScalar(node) && !isMap(node) && !isSeq(node) && !isAlias(node)) return undefined;
    return node.range ? this.#positionAt(node.range[0]) : undefined;
  }
}

function isMerge({ key }: Pair): boolean {
  return isScalar(key) && key.type === Scalar.PLAIN && key.source === "<<";
}

function plainValue(value: unknown): string | number | boolean | null {
  return typeof value === "number" || typeof value === "boolean" || value === null ? value : String(value);
}

/** A message of the library without the text that it quotes, which may be a secret. */
function withoutQuotation(message: string): string {
  return message.replace(/: ".*$/s, "").replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase());
}
