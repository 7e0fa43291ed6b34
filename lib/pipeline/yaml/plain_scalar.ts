import { Code, type Cursor, isBlank, isBreak, isGap } from "./cursor.ts";
import { folded, type Gap, NO_GAP, takeGap } from "./folding.ts";
import { YamlSyntaxError } from "./yaml_syntax_error.ts";

/** A text without quotes, and whether a new line was begun behind it. */
export interface PlainScalar {
  readonly text: string;
  readonly endsInNewLine: boolean;
}

/**
 * Reads a text without quotes. In a block it goes on as long as lines are indented more than `indent`; within brackets
 * and braces (`inFlow`) they and commas end it.
 */
export function takePlainScalar(
  cursor: Cursor,
  { indent, inFlow }: { indent: number; inFlow: boolean },
): PlainScalar {
  let text = "";
  let gap: Gap = NO_GAP;
  const onTab = () => {
    if (cursor.column > indent) return;
    throw new YamlSyntaxError("a tab cannot indent; write spaces", cursor.offset);
  };
  while (cursor.code() !== Code.hash && !cursor.isAtDocumentMark()) {
    const start = cursor.offset;
    skipWords(cursor, inFlow);
    if (cursor.offset > start) {
      const words = cursor.text.slice(start, cursor.offset);
      text = text === "" ? words : text + folded(gap) + words;
      gap = NO_GAP;
    }
    const code = cursor.code();
    if (!isBlank(code) && !isBreak(code)) break;
    gap = takeGap(cursor, { onTab });
    if (!inFlow && cursor.column <= indent) break;
  }
  return { text, endsInNewLine: gap.hasBreak };
}

function skipWords(cursor: Cursor, inFlow: boolean): void {
  for (let code = cursor.code(); !isGap(code); code = cursor.code()) {
    if (code === Code.colon && isGap(cursor.code(1))) return;
    if (inFlow && endsInFlow(code, cursor)) return;
    cursor.offset++;
  }
}

function endsInFlow(code: number, cursor: Cursor): boolean {
  switch (code) {
    case Code.comma:
    case Code.listStart:
    case Code.listEnd:
    case Code.mapStart:
    case Code.mapEnd:
      return true;
    case Code.question:
      return isGap(cursor.code(1));
    default:
      return false;
  }
}
