/**
 * The variable by which processes are found again, also by a later worker, however they detached
 * themselves. It holds one mark, or several with `:` between them where a worker runs inside a task of
 * another one: each of the two finds what is its own.
 */
export const MARK_VARIABLE = "CIRRUS_PROCESS_MARK";

/** The value that a child of this process gets: the marks which this process itself carries, and `mark`. */
export function inheritMark(mark: string): string {
  if (!/^[\w./@+-]+$/.test(mark)) throw new Error(`Marking a process: ${JSON.stringify(mark)} is no mark`);
  const outer = Deno.env.get(MARK_VARIABLE);
  return outer === undefined || outer === "" ? mark : `${outer}:${mark}`;
}

/** Whether an environment, as `NAME=VALUE` entries, holds `mark` or one below it (`mark/...`). */
export function carriesMark(entries: Iterable<string>, mark: string): boolean {
  for (const entry of entries) {
    if (!entry.startsWith(`${MARK_VARIABLE}=`)) continue;
    return entry.slice(MARK_VARIABLE.length + 1).split(":").some((held) =>
      held === mark || held.startsWith(`${mark}/`)
    );
  }
  return false;
}
