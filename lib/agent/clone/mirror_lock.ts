import { delay } from "../../async/delay.ts";

/** Between two looks at a lock that somebody else holds: the system offers no wait that can be cancelled. */
const LOOK_EVERY_MS = 50;

/** Takes the lock of a mirror, waiting until `signal` aborts for whoever has it. Dispose it to let go. */
export async function lockMirror(path: string, options: { signal: AbortSignal }): Promise<Disposable> {
  for (;;) {
    const lock = await tryLockMirror(path);
    if (lock) return lock;
    await delay(LOOK_EVERY_MS, options);
  }
}

/** Takes the lock of a mirror, or returns undefined while somebody else, of this process or another, has it. */
export async function tryLockMirror(path: string): Promise<Disposable | undefined> {
  using resources = new DisposableStack();
  const file = resources.use(await Deno.open(path, { read: true, write: true, create: true, mode: 0o600 }));
  if (!await file.tryLock(true)) return undefined;
  // Whoever had it may have removed the file, which then locks nothing any more.
  const [own, current] = await Promise.all([file.stat(), Deno.stat(path).catch(() => undefined)]);
  if (own.ino !== current?.ino) return undefined;
  resources.move();
  return file;
}
