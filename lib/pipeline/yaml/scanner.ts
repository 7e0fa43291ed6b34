import { takeBlockScalar } from "./block_scalar.ts";
import { Code, Cursor, isBlank, isBreak, isGap } from "./cursor.ts";
import { takePlainScalar } from "./plain_scalar.ts";
import { takeQuotedScalar } from "./quoted_scalar.ts";
import { takeDirective, takeTag } from "./tag.ts";
import type { Mark, Token } from "./token.ts";
import { YamlSyntaxError } from "./yaml_syntax_error.ts";

/** A key without a `?` before it is in one line and no longer than this. */
const LONGEST_KEY = 1024;

/** How many tokens are read ahead: what is wrong with them counts, even behind the end of a document. */
const LOOKAHEAD = 3;

/** Something that turns out to be a key if a `:` follows. */
interface PossibleKey {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  /** How many tokens are before it. */
  readonly index: number;
  /** Whether it can be nothing else, because a block map goes on here. */
  readonly isRequired: boolean;
}

/**
 * Splits a YAML text into tokens, with marks where indentation begins and ends blocks. It takes what the reference's
 * reader takes, which is YAML 1.1 with some of 1.2: quoted texts and brackets may go on further left than they began.
 */
export class Scanner {
  readonly #cursor: Cursor;
  #tokens: Token[] = [];
  #head = 0;
  /** How many tokens were taken. */
  #taken = 0;
  #isHeadKnown = false;
  /** Column of the block that we are in, -1 outside of any. */
  #indent = -1;
  readonly #outerIndents: number[] = [];
  /** The key that may be open here, and in each of the brackets and braces around. */
  readonly #keys: (PossibleKey | undefined)[] = [undefined];
  /** The same by how many tokens are before them. */
  readonly #keysByIndex = new Map<number, PossibleKey>();
  /** Whether a key may begin here. */
  #allowsKey = true;

  /** Begins at `offset`, which must be the start of a line. */
  constructor(text: string, offset: number) {
    this.#cursor = new Cursor(text, offset);
  }

  /** The next token, which stays. */
  get next(): Token {
    if (!this.#isHeadKnown) this.#readAhead();
    const token = this.#tokens[this.#head];
    if (!token) throw new Error("Scanning YAML: there is no token ahead");
    return token;
  }

  /** Steps over the next token. */
  take(): Token {
    const token = this.next;
    this.#head++;
    this.#taken++;
    this.#isHeadKnown = false;
    if (this.#head > LOOKAHEAD) {
      this.#tokens = this.#tokens.slice(this.#head);
      this.#head = 0;
    }
    return token;
  }

  #readAhead(): void {
    while (this.#tokens.length - this.#head < LOOKAHEAD || this.#mayHeadBeKey()) this.#scan();
    this.#isHeadKnown = true;
  }

  #mayHeadBeKey(): boolean {
    const key = this.#keysByIndex.get(this.#taken);
    return key !== undefined && this.#isStillPossible(key);
  }

  #isStillPossible(key: PossibleKey): boolean {
    if (key.line === this.#cursor.line && this.#cursor.offset - key.offset <= LONGEST_KEY) return true;
    if (key.isRequired) throw missingColon(key.offset);
    return false;
  }

  #scan(): void {
    this.#skipGap();
    const cursor = this.#cursor;
    this.#endBlocks(cursor.column);
    const code = cursor.code();
    if (cursor.isAtEnd) {
      // No key goes on behind the end.
      cursor.line++;
      return this.#endOf("stream end", 0);
    }
    if (cursor.column === 0 && code === Code.percent) return this.#directive();
    if (cursor.isAtDocumentMark()) {
      return this.#endOf(code === Code.minus ? "document start" : "document end", 3);
    }
    if (this.#indicator(code)) return;
    if (!this.#isInFlow && (code === Code.bar || code === Code.greater)) return this.#blockScalar();
    this.#plainScalar();
  }

  /** Takes what begins with a character that means something by itself; false when it does not here. */
  #indicator(code: number): boolean {
    const isAlone = this.#isInFlow || isGap(this.#cursor.code(1));
    switch (code) {
      case Code.listStart:
        return this.#openFlow("flow list start");
      case Code.mapStart:
        return this.#openFlow("flow map start");
      case Code.listEnd:
        return this.#closeFlow("flow list end");
      case Code.mapEnd:
        return this.#closeFlow("flow map end");
      case Code.comma:
        return this.#flowEntry();
      case Code.asterisk:
        return this.#name("alias");
      case Code.ampersand:
        return this.#name("anchor");
      case Code.exclamation:
        return this.#tag();
      case Code.singleQuote:
      case Code.doubleQuote:
        return this.#quotedScalar();
      case Code.question:
        return isAlone && this.#explicitKey();
      case Code.colon:
        return isAlone && this.#value();
      case Code.minus:
        return isGap(this.#cursor.code(1)) && this.#blockEntry();
      default:
        return false;
    }
  }

  get #isInFlow(): boolean {
    return this.#keys.length > 1;
  }

  /** Steps over white space, comments and line breaks. */
  #skipGap(): void {
    const cursor = this.#cursor;
    for (;;) {
      const allowsTab = this.#isInFlow || !this.#allowsKey;
      while (cursor.code() === Code.space || (allowsTab && cursor.code() === Code.tab)) cursor.offset++;
      if (cursor.code() === Code.hash) cursor.skipLine();
      if (!isBreak(cursor.code())) return;
      cursor.takeBreak();
      if (!this.#isInFlow) this.#allowsKey = true;
    }
  }

  #push(token: Token): void {
    this.#tokens.push(token);
  }

  #mark(type: Mark, length: number): void {
    this.#push({ type, offset: this.#cursor.offset });
    this.#cursor.offset += length;
  }

  /** Ends the blocks that are indented more than `column`. */
  #endBlocks(column: number): void {
    if (this.#isInFlow) return;
    for (; this.#indent > column; this.#indent = this.#outerIndents.pop() ?? -1) this.#mark("block end", 0);
  }

  /** Begins a block at `column` if it is further right than the one that we are in. */
  #beginBlock(
    type: Mark,
    { column, offset, index }: { column: number; offset: number; index?: number },
  ): void {
    if (this.#isInFlow || this.#indent >= column) return;
    this.#outerIndents.push(this.#indent);
    this.#indent = column;
    this.#insert({ type, offset }, index);
  }

  /** Puts a token before the one that has `index` tokens before it; behind all of them without. */
  #insert(token: Token, index: number | undefined): void {
    if (index === undefined) this.#push(token);
    else this.#tokens.splice(this.#head + index - this.#taken, 0, token);
  }

  #beginKey(): void {
    if (!this.#allowsKey) return;
    this.#forgetKey();
    const { offset, line, column } = this.#cursor;
    const index = this.#taken + this.#tokens.length - this.#head;
    const isRequired = !this.#isInFlow && this.#indent === column;
    this.#setKey({ offset, line, column, index, isRequired });
  }

  #forgetKey(): void {
    const key = this.#keys.at(-1);
    if (key?.isRequired) throw missingColon(key.offset);
    this.#setKey(undefined);
  }

  #setKey(key: PossibleKey | undefined): void {
    const before = this.#keys.at(-1);
    if (before) this.#keysByIndex.delete(before.index);
    this.#keys[this.#keys.length - 1] = key;
    if (key) this.#keysByIndex.set(key.index, key);
  }

  /** What ends every block, and is itself so long. */
  #endOf(type: Mark, length: number): void {
    this.#endBlocks(-1);
    this.#forgetKey();
    this.#allowsKey = false;
    this.#mark(type, length);
  }

  #directive(): void {
    this.#endBlocks(-1);
    this.#forgetKey();
    this.#allowsKey = false;
    this.#push({ type: "directive", offset: this.#cursor.offset, ...takeDirective(this.#cursor) });
  }

  #openFlow(type: Mark): true {
    this.#beginKey();
    this.#keys.push(undefined);
    this.#allowsKey = true;
    this.#mark(type, 1);
    return true;
  }

  #closeFlow(type: Mark): true {
    this.#forgetKey();
    if (this.#isInFlow) this.#keys.pop();
    this.#allowsKey = false;
    this.#mark(type, 1);
    return true;
  }

  #flowEntry(): true {
    this.#forgetKey();
    this.#allowsKey = true;
    this.#mark("flow entry", 1);
    return true;
  }

  #tag(): true {
    this.#beginKey();
    this.#allowsKey = false;
    this.#push({ type: "tag", offset: this.#cursor.offset, ...takeTag(this.#cursor) });
    return true;
  }

  #quotedScalar(): true {
    this.#beginKey();
    this.#allowsKey = false;
    const { offset } = this.#cursor;
    this.#push({ type: "scalar", offset, text: takeQuotedScalar(this.#cursor), isPlain: false });
    return true;
  }

  #name(type: "anchor" | "alias"): true {
    this.#beginKey();
    this.#allowsKey = false;
    const { offset } = this.#cursor;
    const name = /^[\w-]*/.exec(this.#cursor.text.slice(offset + 1, offset + 1 + LONGEST_KEY))?.[0] ?? "";
    this.#cursor.offset += 1 + name.length;
    const code = this.#cursor.code();
    if (name === "" || !(isGap(code) || "?:,]}%@`".includes(String.fromCharCode(code)))) {
      throw new YamlSyntaxError(
        type === "anchor"
          ? 'the name of an anchor must be made of letters, digits, "_" and "-"; put a text that begins with "&" in quotes'
          : 'the name of an alias must be made of letters, digits, "_" and "-"; put a text that begins with "*" in quotes',
        offset,
      );
    }
    this.#push({ type, offset, name });
    return true;
  }

  #explicitKey(): true {
    const { column, offset } = this.#cursor;
    if (!this.#isInFlow && !this.#allowsKey) {
      throw new YamlSyntaxError('no key may stand here; put a text that begins with "?" in quotes', offset);
    }
    this.#beginBlock("block map start", { column, offset });
    this.#forgetKey();
    this.#allowsKey = !this.#isInFlow;
    this.#mark("key", 1);
    return true;
  }

  #value(): true {
    const key = this.#keys.at(-1);
    if (key && this.#isStillPossible(key)) {
      this.#insert({ type: "key", offset: key.offset }, key.index);
      this.#beginBlock("block map start", key);
      this.#setKey(undefined);
      this.#allowsKey = false;
    } else {
      const { column, offset } = this.#cursor;
      if (!this.#isInFlow && !this.#allowsKey) {
        throw new YamlSyntaxError(
          'there is no key for this ":"; put a text with ": " in it in quotes',
          offset,
        );
      }
      this.#beginBlock("block map start", { column, offset });
      this.#allowsKey = !this.#isInFlow;
    }
    this.#mark("value", 1);
    return true;
  }

  #blockEntry(): true {
    const { column, offset } = this.#cursor;
    if (!this.#isInFlow) {
      if (!this.#allowsKey) {
        throw new YamlSyntaxError('no list may begin here; write its "-" in a line of its own', offset);
      }
      this.#beginBlock("block list start", { column, offset });
    }
    this.#forgetKey();
    this.#allowsKey = true;
    this.#mark("block entry", 1);
    return true;
  }

  #blockScalar(): void {
    this.#forgetKey();
    this.#allowsKey = true;
    const { offset } = this.#cursor;
    this.#push({ type: "scalar", offset, text: takeBlockScalar(this.#cursor, this.#indent), isPlain: false });
  }

  #plainScalar(): void {
    const { offset } = this.#cursor;
    const character = this.#cursor.text.charAt(offset);
    const isText = "-?:".includes(character)
      ? !isBlank(this.#cursor.code(1)) && (character === "-" || !this.#isInFlow)
      : !"\t#|>%@`\0".includes(character);
    if (!isText) {
      const name = character === "\t" ? "a tab" : `"${character}"`;
      throw new YamlSyntaxError(
        `nothing can begin with ${name}${
          character === "\t" ? "; indent by spaces" : "; put the text in quotes"
        }`,
        offset,
      );
    }
    this.#beginKey();
    const { text, endsInNewLine } = takePlainScalar(this.#cursor, {
      indent: this.#indent,
      inFlow: this.#isInFlow,
    });
    this.#allowsKey = endsInNewLine;
    this.#push({ type: "scalar", offset, text, isPlain: true });
  }
}

function missingColon(offset: number): YamlSyntaxError {
  return new YamlSyntaxError('a key needs a ":" behind it, in the same line', offset);
}
