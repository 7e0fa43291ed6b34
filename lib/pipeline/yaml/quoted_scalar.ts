import { Code, type Cursor, isBlank, isBreak, isGap } from "./cursor.ts";
import { folded, takeGap } from "./folding.ts";
import { YamlSyntaxError } from "./yaml_syntax_error.ts";

/** Reads a text in single or double quotes; the cursor is at the first of them. */
export function takeQuotedScalar(cursor: Cursor): string {
  const start = cursor.offset;
  const quote = cursor.code();
  cursor.offset++;
  let text = "";
  for (;;) {
    if (cursor.isAtDocumentMark()) {
      throw new YamlSyntaxError("the document ends within a quoted text; end the text", start);
    }
    if (cursor.code() === Code.end) {
      throw new YamlSyntaxError("a quoted text has no end; write the missing quote", start);
    }
    const words = takeWords(cursor, quote);
    text += words.text;
    if (!words.isContinued && cursor.code() === quote) break;
    if (words.isContinued || isBlank(cursor.code()) || isBreak(cursor.code())) {
      text += folded(takeGap(cursor, { isContinued: words.isContinued }));
    }
  }
  cursor.offset++;
  return text;
}

/** Characters up to white space or the closing quote; `isContinued` when the line break behind them is escaped. */
function takeWords(cursor: Cursor, quote: number): { text: string; isContinued: boolean } {
  let text = "";
  let start = cursor.offset;
  for (let code = cursor.code(); !isGap(code); code = cursor.code()) {
    if (code === quote) {
      if (quote !== Code.singleQuote || cursor.code(1) !== quote) break;
      text += cursor.text.slice(start, cursor.offset + 1);
      cursor.offset += 2;
      start = cursor.offset;
    } else if (code === Code.backslash && quote === Code.doubleQuote) {
      text += cursor.text.slice(start, cursor.offset);
      cursor.offset++;
      if (isBreak(cursor.code())) {
        cursor.takeBreak();
        return { text, isContinued: true };
      }
      text += takeEscape(cursor);
      start = cursor.offset;
    } else {
      cursor.offset++;
    }
  }
  return { text: text + cursor.text.slice(start, cursor.offset), isContinued: false };
}

const ESCAPES: Readonly<Record<string, string>> = {
  "0": "\0",
  a: "\x07",
  b: "\b",
  t: "\t",
  "\t": "\t",
  n: "\n",
  v: "\v",
  f: "\f",
  r: "\r",
  e: "\x1b",
  " ": " ",
  '"': '"',
  "\\": "\\",
  // Not YAML's, but the reference takes it.
  "'": "'",
  N: "\u0085",
  _: "\u00a0",
  L: "\u2028",
  P: "\u2029",
};

const DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** Reads what follows a backslash. */
function takeEscape(cursor: Cursor): string {
  const letter = cursor.text.charAt(cursor.offset);
  const digits = DIGITS[letter];
  if (digits !== undefined) return takeCharacter(cursor, digits);
  const character = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
  if (character === undefined) {
    throw new YamlSyntaxError(
      `"\\${letter}" means nothing in a text in double quotes; write "\\\\" for a backslash`,
      cursor.offset - 1,
    );
  }
  cursor.offset++;
  return character;
}

function takeCharacter(cursor: Cursor, digits: number): string {
  const start = cursor.offset + 1;
  const written = cursor.text.slice(start, start + digits);
  const code = /^[0-9A-Fa-f]+$/.test(written) && written.length === digits ? Number(`0x${written}`) : NaN;
  if (!(code <= 0x10ffff) || (code >= 0xd800 && code <= 0xdfff)) {
    throw new YamlSyntaxError(
      `"\\${cursor.text.charAt(cursor.offset)}" needs the ${digits} hexadecimal digits of a character`,
      cursor.offset - 1,
    );
  }
  cursor.offset = start + digits;
  return String.fromCodePoint(code);
}
