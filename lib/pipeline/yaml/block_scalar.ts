import { Code, type Cursor, isBlank, isBreak } from "./cursor.ts";
import { YamlSyntaxError } from "./yaml_syntax_error.ts";

/** What becomes of the line breaks at the end: all stay, one stays, none stays. */
type Chomping = "keep" | "clip" | "strip";

/**
 * Reads a text that follows `|` or `>` in lines of its own; the cursor is at that. The lines are indented more than
 * `parentIndent`, which is -1 at the root.
 */
export function takeBlockScalar(cursor: Cursor, parentIndent: number): string {
  const isLiteral = cursor.code() === Code.bar;
  cursor.offset++;
  const { chomping, indentation } = takeHeader(cursor);
  const parent = Math.max(parentIndent, 0);
  let indent = indentation === undefined ? undefined : parent + indentation;
  const first = takeEmptyLines(cursor, indent);
  indent ??= Math.max(first.deepest, parentIndent + 1, 1);
  let text = "";
  let lineBreak = "";
  let emptyLines = first.breaks;
  let wasIndented = false;
  while (cursor.column === indent && !cursor.isAtEnd) {
    const isIndented = isBlank(cursor.code());
    const isFolded = !isLiteral && lineBreak === "\n" && !wasIndented && !isIndented;
    text += (isFolded ? (emptyLines === "" ? " " : "") : lineBreak) + emptyLines;
    wasIndented = isIndented;
    const start = cursor.offset;
    cursor.skipLine();
    text += cursor.text.slice(start, cursor.offset);
    lineBreak = isBreak(cursor.code()) ? cursor.takeBreak() : "";
    emptyLines = takeEmptyLines(cursor, indent).breaks;
  }
  if (chomping === "strip") return text;
  return text + lineBreak + (chomping === "keep" ? emptyLines : "");
}

/** Reads what follows `|` or `>` in its line. */
function takeHeader(cursor: Cursor): { chomping: Chomping; indentation: number | undefined } {
  let chomping: Chomping | undefined;
  let indentation: number | undefined;
  for (;;) {
    const code = cursor.code();
    if (chomping === undefined && (code === Code.plus || code === Code.minus)) {
      chomping = code === Code.plus ? "keep" : "strip";
    } else if (indentation === undefined && code >= Code.zero && code <= Code.nine) {
      indentation = code - Code.zero;
      if (indentation === 0) {
        throw new YamlSyntaxError("a block cannot be indented by 0; write 1 to 9, or nothing", cursor.offset);
      }
    } else break;
    cursor.offset++;
  }
  while (isBlank(cursor.code())) cursor.offset++;
  if (cursor.code() === Code.hash) cursor.skipLine();
  if (isBreak(cursor.code())) {
    cursor.takeBreak();
  } else if (!cursor.isAtEnd) {
    throw new YamlSyntaxError('the text of a block begins in the line below "|" or ">"', cursor.offset);
  }
  return { chomping: chomping ?? "clip", indentation };
}

/** Steps over empty lines and up to the indentation; without one, up to the first text. */
function takeEmptyLines(cursor: Cursor, indent: number | undefined): { breaks: string; deepest: number } {
  let breaks = "";
  let deepest = 0;
  for (;;) {
    while ((indent === undefined || cursor.column < indent) && cursor.code() === Code.space) cursor.offset++;
    deepest = Math.max(deepest, cursor.column);
    if ((indent === undefined || cursor.column < indent) && cursor.code() === Code.tab) {
      throw new YamlSyntaxError("a tab cannot indent; write spaces", cursor.offset);
    }
    if (!isBreak(cursor.code())) return { breaks, deepest };
    breaks += cursor.takeBreak();
  }
}
