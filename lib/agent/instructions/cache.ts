import type { CacheInstruction } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import { succeeded } from "../../process/exit_status.ts";
import { unpackCache, type Unpacked } from "../caches/cache_archive.ts";
import { type CacheFolders, cacheFolders, missingPaths } from "../caches/cache_folders.ts";
import { cacheKey } from "../caches/cache_key.ts";
import { nanos, type Retrieval } from "../caches/task_caches.ts";
import { transferLine } from "../caches/transfer_line.ts";
import { asMachineLost } from "../machine_lost.ts";
import { noteExit, startScript } from "../scripts/run_script.ts";
import { TransferMeter } from "../transfer_meter.ts";
import type { InstructionContext, InstructionHandler } from "./instruction.ts";

/** How often an archive that cannot be taken is fetched. */
const TRIES = 2;

/**
 * `cache`: brings folders back as an earlier task left them, else fills them by the populate scripts. Trouble with
 * the store is a miss; only scripts that fail, and folders that cannot be, fail the command.
 */
export const runCacheInstruction: InstructionHandler<"cacheInstruction"> = async (instruction, context) => {
  const { caches, name, log } = context;
  const folders = cacheFolders(instruction, context);
  const key = await cacheKey(instruction, context);
  if (key === undefined) return { kind: "failed" };
  await log.writeLine(`Looking for ${key}`);
  const retrieval = await retrieve({ instruction, key, folders }, context);
  caches.remember(name, { key, folders, retrieval });
  if (retrieval.kind === "hit") return { kind: "passed" };

  if (retrieval.kind === "miss" && instruction.optimisticallyRestoreOnMiss) {
    await restoreNewest({ key, folders }, context);
  }
  return { kind: await populate({ instruction, key }, context) ? "passed" : "failed" };
};

interface Place {
  readonly key: string;
  readonly folders: CacheFolders;
}

async function retrieve(
  { instruction, ...place }: Place & { instruction: CacheInstruction },
  context: InstructionContext,
): Promise<Retrieval> {
  const { caches, name, log } = context;
  try {
    const unpacked = await restore({ ...place, digests: instruction.reuploadOnChanges }, context);
    if (unpacked === undefined) {
      await log.writeLine(`Cache miss for ${name}!`);
      caches.noteMiss(place.key, {});
      return { kind: "miss" };
    }
    await log.writeLine(`Cache hit for ${name}!`);
    const { contents, size, downloadMs, totalMs } = unpacked;
    const value = {
      sizeBytes: BigInt(size),
      downloadedInNanos: nanos(downloadMs),
      extractedInNanos: nanos(totalMs - downloadMs),
    };
    caches.note(place.key, { result: { case: "hit", value } });
    return { kind: "hit", restored: contents.digests };
  } catch (error) {
    await tellTrouble(`Restoring the cache ${name}`, error, context);
    caches.note(place.key, { error: errorMessage(error), result: { case: "miss", value: {} } });
    await log.writeLine(`Going on without ${name}, which is not uploaded either`);
    return { kind: "broken" };
  }
}

/** Takes the newest entry of the same name, whatever its fingerprint: better than to begin with nothing. */
async function restoreNewest({ key, folders }: Place, context: InstructionContext): Promise<void> {
  const { caches, name, log, signal } = context;
  try {
    const newest = await caches.upstream.info(key, [`${name}-`], signal);
    if (newest === undefined) return await log.writeLine(`There is no other entry of ${name} to begin with`);
    await log.writeLine(`Beginning with ${newest.key}, the newest entry of ${name}`);
    await restore({ key: newest.key, folders, digests: false }, context);
  } catch (error) {
    await tellTrouble(`Restoring another entry of the cache ${name}`, error, context);
  }
}

/**
 * Fetches and unpacks an entry; undefined when there is none. What cannot be unpacked is fetched once more, and then
 * folders that it made are removed again.
 */
async function restore(
  { digests, ...place }: Place & { readonly digests: boolean },
  context: InstructionContext,
): Promise<Unpacked | undefined> {
  const { caches, machine, name, log, signal } = context;
  const { key, folders: { base } } = place;
  using meter = new TransferMeter(`Restoring ${name}`, { log: (line) => void log.writeLine(line) });
  for (let attempt = 1;; attempt++) {
    const stored = await caches.store.load(key, signal);
    if (stored === undefined) return undefined;
    const made = await missingPaths(machine, place.folders);
    meter.begin(`Restoring ${name}`);
    try {
      const unpacked = await unpackCache(stored, { machine, base, digests, meter, signal });
      const { contents: { files, bytes }, size, totalMs: ms } = unpacked;
      await log.writeLine(`Restored ${name}: ${transferLine({ files, from: size, to: bytes, ms })}`);
      return unpacked;
    } catch (error) {
      if (asMachineLost(error)) throw error;
      for (const path of made) await machine.files.remove(path);
      if (attempt === TRIES || signal.aborted) throw error;
      await tellTrouble(`Restoring the cache ${name}`, error, context);
      await log.writeLine("Fetching it once more");
    }
  }
}

async function populate(
  { instruction, key }: { readonly instruction: CacheInstruction; readonly key: string },
  context: InstructionContext,
): Promise<boolean> {
  const { caches, name, log, signal } = context;
  if (instruction.populateScripts.length === 0) return true;
  await log.writeLine(`Populating ${name}`);
  const startedAt = performance.now();
  const status = await (await startScript(instruction.populateScripts, context, signal)).ended;
  signal.throwIfAborted();
  caches.noteMiss(key, { populatedInNanos: nanos(performance.now() - startedAt) });
  await noteExit(status, log);
  return succeeded(status);
}

/** Writes what went wrong into the log. Throws it all the same when the command is over, or its machine. */
export async function tellTrouble(what: string, error: unknown, context: InstructionContext): Promise<void> {
  context.signal.throwIfAborted();
  if (asMachineLost(error)) throw error;
  await context.log.writeLine(`${what}: ${errorMessage(error)}`);
}
