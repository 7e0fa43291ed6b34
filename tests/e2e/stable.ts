/** What was printed without what differs from run to run: durations, and the folder of the project. */
export function stable(text: string): string {
  return text.replace(/\b\d+(\.\d+)?(ms|s)\b/g, "TIME").replace(/\b(Copied \d+ files? of) .*/g, "$1 PROJECT");
}
