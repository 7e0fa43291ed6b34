/**
 * Rejects with an `Error` where there is something else than a file, and with `Deno.errors.NotFound` where there is
 * nothing: who opens a pipe waits, in a way that nothing ends, for whoever opens its other end.
 */
export async function requireFile(path: string): Promise<void> {
  if (!(await Deno.stat(path)).isFile) throw new Error(`Reading ${path}: it is no file`);
}

/** Rejects with an `Error` where something would be written to a pipe, for the same reason. */
export async function refusePipe(path: string): Promise<void> {
  const { isFifo } = await Deno.stat(path).catch(() => ({ isFifo: false }));
  if (isFifo) throw new Error(`Writing ${path}: it is no file but a pipe`);
}
