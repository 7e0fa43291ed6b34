/** Character codes that mean something to YAML. */
export const Code = {
  end: 0,
  tab: 0x09,
  lineFeed: 0x0a,
  carriageReturn: 0x0d,
  space: 0x20,
  exclamation: 0x21,
  doubleQuote: 0x22,
  hash: 0x23,
  percent: 0x25,
  ampersand: 0x26,
  singleQuote: 0x27,
  asterisk: 0x2a,
  plus: 0x2b,
  comma: 0x2c,
  minus: 0x2d,
  period: 0x2e,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  less: 0x3c,
  greater: 0x3e,
  question: 0x3f,
  at: 0x40,
  listStart: 0x5b,
  backslash: 0x5c,
  listEnd: 0x5d,
  backquote: 0x60,
  mapStart: 0x7b,
  bar: 0x7c,
  mapEnd: 0x7d,
  nextLine: 0x85,
  lineSeparator: 0x2028,
  paragraphSeparator: 0x2029,
} as const;

/** A space or a tab. */
export function isBlank(code: number): boolean {
  return code === Code.space || code === Code.tab;
}

/** A line break, as YAML 1.1 has them: there are more than YAML 1.2's, and the reference takes them all. */
export function isBreak(code: number): boolean {
  return code === Code.lineFeed || code === Code.carriageReturn || code === Code.nextLine ||
    code === Code.lineSeparator || code === Code.paragraphSeparator;
}

/** White space, a line break or the end of the text. */
export function isGap(code: number): boolean {
  return code <= Code.space
    ? code === Code.space || code === Code.end || code === Code.tab || isBreak(code)
    : code >= Code.nextLine && isBreak(code);
}

/** How far a YAML text is read. */
export class Cursor {
  /** With an end mark behind it, which YAML allows in no text. */
  readonly text: string;
  offset: number;
  line = 0;
  #lineStart: number;

  /** Begins at `offset`, which must be the start of a line. */
  constructor(text: string, offset: number) {
    this.text = `${text}\0`;
    this.offset = offset;
    this.#lineStart = offset;
  }

  /** 0-based. */
  get column(): number {
    return this.offset - this.#lineStart;
  }

  /** The character that is so far ahead. */
  code(ahead = 0): number {
    return this.text.charCodeAt(this.offset + ahead);
  }

  /** Steps over a line break and answers with what it is in a value. */
  takeBreak(): string {
    const code = this.code();
    this.offset += code === Code.carriageReturn && this.code(1) === Code.lineFeed ? 2 : 1;
    this.#lineStart = this.offset;
    this.line++;
    return code === Code.lineSeparator || code === Code.paragraphSeparator ? String.fromCharCode(code) : "\n";
  }

  /** Steps to the end of the line. */
  skipLine(): void {
    while (this.code() !== Code.end && !isBreak(this.code())) this.offset++;
  }

  /** Whether `---` or `...` is here, at the start of a line and alone. */
  isAtDocumentMark(): boolean {
    if (this.column !== 0) return false;
    const code = this.code();
    return (code === Code.minus || code === Code.period) && this.code(1) === code && this.code(2) === code &&
      isGap(this.code(3));
  }

  /** Whether the text is over, and not only at its end mark. */
  get isAtEnd(): boolean {
    return this.offset >= this.text.length - 1;
  }
}
