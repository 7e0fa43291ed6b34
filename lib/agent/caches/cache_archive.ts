import type { Machine } from "../../machine/machine.ts";
import type { Content, Download } from "../transfers.ts";
import type { TransferMeter } from "../transfer_meter.ts";
import { compress, decompress } from "./gzip.ts";
import { TarContents } from "./tar_contents.ts";

/** Folders of a machine as a tar.gz in a file of the worker's host, which is removed on disposal. */
export interface CacheArchive extends AsyncDisposable {
  readonly contents: TarContents;
  /** In bytes. */
  readonly size: number;
  open(): Promise<Content>;
}

export interface PackOptions {
  readonly machine: Machine;
  /** Absolute path in the machine. */
  readonly base: string;
  /** Relative to `base`. */
  readonly paths: readonly string[];
  /** Whether to make digests of the files. */
  readonly digests: boolean;
  /** An existing folder of the worker's host. */
  readonly spoolDirectory: string;
  readonly meter: TransferMeter;
  readonly signal: AbortSignal;
}

/** Packs folders; memory stays flat however large they are. */
export async function packCache(options: PackOptions): Promise<CacheArchive> {
  const { machine, base, paths, digests, spoolDirectory, meter, signal } = options;
  const contents = new TarContents({ digests });
  await using resources = new AsyncDisposableStack();
  const path = await Deno.makeTempFile({ dir: spoolDirectory, prefix: "cache-", suffix: ".tar.gz" });
  resources.defer(() => Deno.remove(path));
  const tar = contents.passThrough(meter.count(await machine.files.pack(base, paths)));
  const file = await Deno.open(path, { write: true });
  await compress({ input: tar, signal }).pipeTo(file.writable);
  signal.throwIfAborted();
  const { size } = await Deno.stat(path);
  const kept = resources.move();
  return {
    contents,
    size,
    open: async () => ({ body: meter.count((await Deno.open(path)).readable), size }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

export interface UnpackOptions {
  readonly machine: Machine;
  /** Absolute path in the machine. */
  readonly base: string;
  /** Whether to make digests of the files. */
  readonly digests: boolean;
  readonly meter: TransferMeter;
  readonly signal: AbortSignal;
}

/** What came out of an archive, and how long that took. */
export interface Unpacked {
  readonly contents: TarContents;
  /** The archive's own bytes. */
  readonly size: number;
  /** Until its last byte had come; in milliseconds. Unpacking goes on meanwhile. */
  readonly downloadMs: number;
  readonly totalMs: number;
}

/** Unpacks an archive while it comes. Rejects when it is not complete, or no archive at all. */
export async function unpackCache(stored: Download, options: UnpackOptions): Promise<Unpacked> {
  const { machine, base, digests, meter, signal } = options;
  const contents = new TarContents({ digests });
  const startedAt = performance.now();
  let size = 0;
  let downloadMs = 0;
  const input = stored.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        size += chunk.length;
        meter.add(chunk.length);
        controller.enqueue(chunk);
      },
      flush: () => void (downloadMs = performance.now() - startedAt),
    }),
  );
  const stop = new AbortController();
  const { output, ended } = decompress({ input, signal: AbortSignal.any([signal, stop.signal]) });
  try {
    await machine.files.unpack(base, contents.passThrough(output));
    await ended;
  } catch (error) {
    stop.abort(error);
    throw error;
  }
  return { contents, size, downloadMs, totalMs: performance.now() - startedAt };
}
