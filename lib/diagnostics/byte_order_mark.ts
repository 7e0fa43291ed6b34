/** The text of a file without the mark that some editors put before it: it is no part of the text and has no column. */
export function withoutByteOrderMark(file: string): string {
  return file.replace(/^\uFEFF/, "");
}
