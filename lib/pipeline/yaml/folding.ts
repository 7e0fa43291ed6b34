import { Code, type Cursor, isBlank, isBreak } from "./cursor.ts";

/** White space between two words of a text that may go on in the next lines. */
export interface Gap {
  /** Within a line. */
  readonly blanks: string;
  /** The first line break, if there is one. */
  readonly lineBreak: string;
  readonly moreBreaks: string;
  readonly hasBreak: boolean;
}

export const NO_GAP: Gap = { blanks: "", lineBreak: "", moreBreaks: "", hasBreak: false };

/**
 * Steps over white space and line breaks. `isContinued` says that a line break was taken before; `onTab` is called for
 * a tab at the start of a line.
 */
export function takeGap(
  cursor: Cursor,
  { isContinued = false, onTab = () => {} }: { isContinued?: boolean; onTab?: () => void } = {},
): Gap {
  const start = cursor.offset;
  while (isBlank(cursor.code()) && !isContinued) cursor.offset++;
  const blanks = cursor.text.slice(start, cursor.offset);
  if (!isContinued && !isBreak(cursor.code())) return { ...NO_GAP, blanks };
  const lineBreak = isContinued ? "" : cursor.takeBreak();
  let moreBreaks = "";
  for (let code = cursor.code(); isBlank(code) || isBreak(code); code = cursor.code()) {
    if (isBreak(code)) {
      moreBreaks += cursor.takeBreak();
    } else {
      if (code === Code.tab) onTab();
      cursor.offset++;
    }
  }
  return { blanks: "", lineBreak, moreBreaks, hasBreak: true };
}

/** What a gap is in the value: one line break is a space, more of them are one less. */
export function folded({ blanks, lineBreak, moreBreaks, hasBreak }: Gap): string {
  if (!hasBreak) return blanks;
  if (!lineBreak.startsWith("\n")) return lineBreak + moreBreaks;
  return moreBreaks === "" ? " " : moreBreaks;
}
