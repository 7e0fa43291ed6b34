/** The beginning of an element. */
export interface OpenTag {
  readonly kind: "open";
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

/** What comes next in an XML document. Texts have their entities replaced. */
export type XmlEvent =
  | OpenTag
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "close"; readonly name: string };

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

/** What is between two tags and says nothing to us: each with its end. */
const SKIPPED = [["<!--", "-->"], ["<?", "?>"]] as const;

/**
 * Reads the XML that test tools write, from front to back in one pass. Entities that a document defines for itself are
 * not replaced, so that a small document cannot become a large one. Throws an `Error` for what is no XML.
 */
export function* readXml(document: string): Generator<XmlEvent> {
  const open: string[] = [];
  let elements = 0;
  for (let at = 0; at < document.length;) {
    const tag = document.indexOf("<", at);
    const text = document.slice(at, tag === -1 ? document.length : tag);
    if (text !== "") yield { kind: "text", text: unescaped(text) };
    if (tag === -1) break;
    if (document.startsWith("<![CDATA[", tag)) {
      const end = endOf(document, { from: tag, mark: "]]>" });
      yield { kind: "text", text: document.slice(tag + "<![CDATA[".length, end - "]]>".length) };
      at = end;
      continue;
    }
    const skipped = SKIPPED.find(([start]) => document.startsWith(start, tag));
    if (skipped) {
      at = endOf(document, { from: tag, mark: skipped[1] });
      continue;
    }
    const end = endOfTag(document, tag);
    if (document.startsWith("<!", tag)) {
      at = end;
      continue;
    }
    const inside = document.slice(tag + 1, end - 1);
    at = end;
    if (inside.startsWith("/")) {
      const name = inside.slice(1).trim();
      if (open.pop() !== name) throw new Error(`Reading XML: </${name}> closes what is not open`);
      yield { kind: "close", name };
      continue;
    }
    elements++;
    const empty = inside.endsWith("/");
    const [name = ""] = inside.replace(/\/$/, "").split(/\s/, 1);
    yield openTag(name, inside.slice(name.length));
    if (empty) yield { kind: "close", name };
    else open.push(name);
  }
  if (elements === 0) throw new Error("Reading XML: there is no tag in it");
  if (open.length > 0) throw new Error(`Reading XML: the document ends within <${open.at(-1)}>`);
}

function endOf(document: string, { from, mark }: { from: number; mark: string }): number {
  const at = document.indexOf(mark, from);
  if (at === -1) throw new Error(`Reading XML: ${JSON.stringify(mark)} is missing at the end`);
  return at + mark.length;
}

/** A value in quotation marks may hold a `>`, and `<!DOCTYPE` declarations of its own. */
function endOfTag(document: string, from: number): number {
  const marks = /[<>"']/g;
  marks.lastIndex = from;
  let depth = 0;
  for (let found = marks.exec(document); found; found = marks.exec(document)) {
    const [mark] = found;
    if (mark === "<") depth++;
    else if (mark === ">") depth--;
    else marks.lastIndex = endOf(document, { from: marks.lastIndex, mark });
    if (depth === 0) return marks.lastIndex;
  }
  throw new Error("Reading XML: a tag has no end");
}

/** Reads attributes only where somebody wants to know them: of most tests in a report nobody does. */
function openTag(name: string, text: string): OpenTag {
  let attributes: ReadonlyMap<string, string> | undefined;
  return {
    kind: "open",
    name,
    get attributes() {
      return attributes ??= attributesOf(text);
    },
  };
}

function attributesOf(text: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (let at = 0; at < text.length;) {
    const equals = text.indexOf("=", at);
    if (equals === -1) break;
    const [quote = ""] = text.slice(equals + 1, equals + 100).trimStart();
    if (quote !== '"' && quote !== "'") break;
    const start = text.indexOf(quote, equals) + 1;
    const end = text.indexOf(quote, start);
    attributes.set(text.slice(at, equals).trim(), unescaped(text.slice(start, end)));
    at = end + 1;
  }
  return attributes;
}

function unescaped(text: string): string {
  return text.replaceAll(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES.get(name) ?? whole;
    const point = hex === undefined ? Number(decimal) : parseInt(hex, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}
