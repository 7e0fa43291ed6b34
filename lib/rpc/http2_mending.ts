/**
 * Mends what grpc-js needs of `node:http2` on Deno 2.9.3; must be loaded before grpc-js (see `grpc.ts`).
 *
 * - Before Deno 2.9.4 a write is reported done at once, however much is queued, so that nothing ever slows
 *   a sender down: here a write is done once the socket has caught up.
 * - A GOAWAY that comes with the first SETTINGS reaches grpc-js before it listens, and it then reconnects
 *   for ever in microtasks (100% of a core, timers dead): here `goaway` and `close` wait for the next turn.
 *
 * `tests/rpc/soak_test.ts` goes through both, and gates every upgrade of Deno.
 */
import http2 from "node:http2";

/** How far a session's writes may run ahead of its socket, in bytes. */
const MAX_BEHIND = 512 * 1024;

/**
 * When a held write looks whether the socket has caught up, as there is no event for it: after the first wait,
 * which doubles up to the longest. Soon, for speed, and seldom while a peer does not read at all.
 */
const FIRST_LOOK_MS = 1;
const LONGEST_LOOK_MS = 32;

type Done = (error?: Error | null) => void;

const connect = http2.connect;

http2.connect = ((...args: Parameters<typeof connect>) => {
  const session = connect(...args);
  deferEvents(session);
  holdWrites(session);
  return session;
}) as typeof connect;

function deferEvents(session: http2.ClientHttp2Session): void {
  const emit = session.emit.bind(session);
  session.emit = ((name: string, ...rest: unknown[]) => {
    if (name !== "goaway" && name !== "close") return emit(name, ...rest);
    setTimeout(() => emit(name, ...rest));
    return true;
  }) as typeof session.emit;
}

/**
 * Only the session's socket counts bytes, not its streams. So a stream whose peer does not read holds the
 * other streams of its session that have much to write; short calls pass, as only the report is held.
 */
function holdWrites(session: http2.ClientHttp2Session): void {
  const request = session.request.bind(session);
  let lap = 0;
  let queued = 0;
  let base = 0;
  const sent = () => session.destroyed ? Infinity : session.socket?.bytesWritten ?? Infinity;
  const behind = () => queued - (sent() - base);

  session.request = (...args: Parameters<typeof request>) => {
    const stream = request(...args);
    const write = stream.write.bind(stream) as (chunk: Uint8Array, done: Done) => boolean;
    let ownLap = lap;
    let ownQueued = 0;
    stream.write = ((chunk: Uint8Array, done?: Done) => {
      if (behind() <= 0) {
        // Counting starts again, as headers and framing are sent too but never counted as queued.
        lap++;
        queued = 0;
        base = sent();
      }
      if (ownLap !== lap) {
        ownLap = lap;
        ownQueued = 0;
      }
      queued += chunk.byteLength;
      ownQueued += chunk.byteLength;
      const finish = (lookMs: number) => {
        if (stream.destroyed || behind() <= MAX_BEHIND) return done?.();
        setTimeout(finish, lookMs, Math.min(2 * lookMs, LONGEST_LOOK_MS));
      };
      return write(chunk, (error) => error ? done?.(error) : finish(FIRST_LOOK_MS));
    }) as typeof stream.write;
    stream.once("close", () => {
      // What a reset stream had queued is never sent.
      if (ownLap === lap) queued -= Math.min(ownQueued, Math.max(0, behind()));
    });
    return stream;
  };
}
