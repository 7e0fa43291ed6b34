import { Code, type Cursor, isBreak, isGap } from "./cursor.ts";
import { YamlSyntaxError } from "./yaml_syntax_error.ts";

/** A tag as it is written: what its handle stands for is not known here. */
export interface WrittenTag {
  /** `!`, `!!` or `!name!`; empty when the suffix is the whole tag. */
  readonly handle: string;
  readonly suffix: string;
}

/** Reads a tag such as `!!str`, `!foo`, `!x!foo` or `!<tag:yaml.org,2002:str>`; the cursor is at the `!`. */
export function takeTag(cursor: Cursor): WrittenTag {
  const start = cursor.offset;
  const tag = cursor.code(1) === Code.less ? takeVerbatim(cursor) : takeShort(cursor);
  if (isGap(cursor.code())) return tag;
  throw new YamlSyntaxError(
    'a tag must be followed by a space; put a text that begins with "!" in quotes',
    start,
  );
}

function takeVerbatim(cursor: Cursor): WrittenTag {
  cursor.offset += 2;
  const suffix = takeUri(cursor);
  if (suffix === "" || cursor.code() !== Code.greater) {
    throw new YamlSyntaxError('a tag that begins with "!<" must end with ">"', cursor.offset);
  }
  cursor.offset++;
  return { handle: "", suffix };
}

function takeShort(cursor: Cursor): WrittenTag {
  const [handle = "!"] = /^![\w-]*!/.exec(cursor.text.slice(cursor.offset, cursor.offset + LONGEST_HANDLE)) ??
    [];
  cursor.offset += handle.length;
  const suffix = takeUri(cursor);
  if (suffix !== "") return { handle, suffix };
  if (handle === "!") return { handle: "", suffix: "!" };
  throw new YamlSyntaxError(`nothing follows the "${handle}" of a tag`, cursor.offset);
}

const LONGEST_HANDLE = 1024;
const URI_CHARACTER = /^[\w;/?:@&=+$.%!~*'()[\],-]$/;

function takeUri(cursor: Cursor): string {
  const start = cursor.offset;
  while (URI_CHARACTER.test(cursor.text.charAt(cursor.offset))) cursor.offset++;
  const written = cursor.text.slice(start, cursor.offset);
  try {
    return decodeURIComponent(written);
  } catch {
    throw new YamlSyntaxError('a "%" in a tag needs two hexadecimal digits of UTF-8', start);
  }
}

/** Reads a line that begins with `%`: its name and its values. As to the reference, 1.1 is the only version. */
export function takeDirective(cursor: Cursor): { name: string; values: readonly string[] } {
  const start = cursor.offset;
  cursor.skipLine();
  const line = cursor.text.slice(start + 1, cursor.offset).replace(/[ \t]#.*$/, "");
  if (isBreak(cursor.code())) cursor.takeBreak();
  const [name = "", ...values] = line.trim().split(/[ \t]+/);
  const isVersion = name === "YAML" && values.length === 1 && values[0] === "1.1";
  const isTag = name === "TAG" && values.length === 2 && /^!([\w-]*!)?$/.test(values[0] ?? "");
  if (isVersion || isTag) return { name, values };
  throw new YamlSyntaxError(
    'a line that begins with "%" must be "%YAML 1.1" or "%TAG"; put a text that begins with it in quotes',
    start,
  );
}
