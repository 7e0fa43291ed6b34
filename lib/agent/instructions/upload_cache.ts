import { errorMessage } from "../../diagnostics/error_message.ts";
import { type CacheArchive, packCache } from "../caches/cache_archive.ts";
import { cacheChanges } from "../caches/cache_changes.ts";
import { existingPaths } from "../caches/cache_folders.ts";
import { nanos, type TaskCache } from "../caches/task_caches.ts";
import { transferLine } from "../caches/transfer_line.ts";
import { TransferMeter } from "../transfer_meter.ts";
import { tellTrouble } from "./cache.ts";
import type { InstructionContext, InstructionHandler } from "./instruction.ts";

/** `upload_cache`: stores the folders of a cache when there was none or they have changed. Trouble fails nothing. */
export const runUploadCacheInstruction: InstructionHandler<"uploadCacheInstruction"> = async (
  { cacheName },
  context,
) => {
  const { caches, log } = context;
  const cache = caches.find(cacheName);
  try {
    const whyNot = cache === undefined ? "the task did not look for it" : await whyNotNeeded(cache, context);
    if (cache === undefined || whyNot !== undefined) {
      await log.writeLine(`Not uploading ${cacheName}: ${whyNot}`);
    } else {
      await uploadFolders(cache, cacheName, context);
    }
  } catch (error) {
    await tellTrouble(`Uploading the cache ${cacheName}`, error, context);
    if (cache) caches.noteTrouble(cache.key, errorMessage(error));
  }
  return { kind: "passed" };
};

async function whyNotNeeded(
  { key, retrieval }: TaskCache,
  { caches, signal }: InstructionContext,
): Promise<string | undefined> {
  switch (retrieval.kind) {
    case "broken":
      return "it could not be restored";
    case "hit":
      return retrieval.restored ? undefined : "it was found, and is not to be uploaded again";
    case "miss":
      if (await caches.store.has(key, signal)) return `another task has stored ${key} meanwhile`;
      caches.noteMiss(key, {});
      return undefined;
  }
}

async function uploadFolders(cache: TaskCache, name: string, context: InstructionContext): Promise<void> {
  const { caches, machine, spoolDirectory, log, signal } = context;
  const { key, retrieval, folders: { base } } = cache;
  const paths = await existingPaths(machine, cache.folders);
  if (paths.length === 0) {
    return await log.writeLine(`Not uploading ${name}: there is nothing in its folders`);
  }
  using meter = new TransferMeter(`Packing ${name}`, { log: (line) => void log.writeLine(line) });
  const startedAt = performance.now();
  const restored = retrieval.kind === "hit" ? retrieval.restored : undefined;
  await using archive = await packCache({
    machine,
    base,
    paths,
    digests: restored !== undefined,
    spoolDirectory,
    meter,
    signal,
  });
  const { contents: { files, bytes, digests }, size } = archive;
  if (files === 0) return await log.writeLine(`Not uploading ${name}: there is nothing in its folders`);
  if (restored && digests) {
    const changes = cacheChanges(restored, digests);
    if (changes.length === 0) return await log.writeLine(`Not uploading ${name}: nothing in it has changed`);
    for (const line of [`${name} has changed:`, ...changes]) await log.writeLine(line);
  }
  const ms = performance.now() - startedAt;
  await log.writeLine(`Packed ${name}: ${transferLine({ files, from: bytes, to: size, ms })}`);
  meter.begin(`Uploading ${name}`);
  const uploadMs = await send(key, archive, context);
  await log.writeLine(`Uploaded ${key} in ${(uploadMs / 1000).toFixed(1)} s`);
  if (retrieval.kind === "miss") {
    caches.noteMiss(key, {
      sizeBytes: BigInt(size),
      archivedInNanos: nanos(ms),
      uploadedInNanos: nanos(uploadMs),
    });
  }
}

/** Resolves with how long it took; in milliseconds. */
async function send(
  key: string,
  archive: CacheArchive,
  { caches, signal }: InstructionContext,
): Promise<number> {
  const startedAt = performance.now();
  await caches.store.save(key, await archive.open(), signal);
  return performance.now() - startedAt;
}
