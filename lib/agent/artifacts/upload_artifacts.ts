import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  ArtifactEntrySchema,
  GenerateArtifactUploadURLsResponse_UploadURL as UploadURL,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { Machine } from "../../machine/machine.ts";
import { Code } from "../../rpc/code.ts";
import { RpcError } from "../../rpc/rpc_error.ts";
import { StallWatch } from "../logs/stall_watch.ts";
import { machinePaths } from "../machine_paths.ts";
import type { TaskUpstream } from "../task_upstream.ts";
import type { TransferMeter } from "../transfer_meter.ts";
import { exactSize } from "./exact_size.ts";
import type { ArtifactFile } from "./find_artifacts.ts";

/** How many URLs are asked for at once. */
const FILES_PER_CALL = 100;

/** How many files travel at once. */
const AT_ONCE = 4;

/** The protocol's limit for a chunk. */
const CHUNK_BYTES = 1024 * 1024;

/** How long the upstream may take to answer; in milliseconds. */
const CALL_MS = 60_000;

/** How long a stream to the upstream may stand still before it is given up; in milliseconds. */
const STALL_MS = 60_000;

/** What the files of one command have in common. */
export interface ArtifactsToUpload {
  readonly name: string;
  /** MIME type; empty where the task says none. */
  readonly type: string;
  /** What they report; empty where the task says none. */
  readonly format: string;
  readonly files: readonly ArtifactFile[];
}

export interface UploadOptions {
  readonly upstream: TaskUpstream;
  readonly machine: Machine;
  /** Absolute path in the machine. */
  readonly workingDirectory: string;
  readonly meter: TransferMeter;
  readonly signal: AbortSignal;
}

/** Uploads files to the URLs that the upstream gives out, else, where it knows none, in a stream to itself. */
export async function uploadArtifacts(artifacts: ArtifactsToUpload, options: UploadOptions): Promise<void> {
  try {
    await uploadByUrl(artifacts, options);
  } catch (error) {
    if (!(error instanceof RpcError && error.code === Code.UNIMPLEMENTED)) throw error;
    await uploadByStream(artifacts, options);
  }
}

async function uploadByStream(artifacts: ArtifactsToUpload, options: UploadOptions): Promise<void> {
  using watch = new StallWatch("uploading artifacts", STALL_MS);
  const signal = AbortSignal.any([options.signal, watch.signal]);
  async function* entries() {
    for await (const entry of entriesOf(artifacts, options)) {
      watch.touch();
      yield entry;
    }
  }
  await options.upstream.client.uploadArtifacts(entries(), { signal });
}

async function uploadByUrl(artifacts: ArtifactsToUpload, options: UploadOptions): Promise<void> {
  const { upstream: { client, taskIdentification }, signal } = options;
  const { name, type, format } = artifacts;
  const call = { signal, timeoutMs: CALL_MS };
  for (let at = 0; at < artifacts.files.length; at += FILES_PER_CALL) {
    const batch = artifacts.files.slice(at, at + FILES_PER_CALL);
    const request = { taskIdentification, name, files: batch.map(toInfo) };
    const { urls } = await client.generateArtifactUploadURLs(request, call);
    if (urls.length !== batch.length) {
      throw new Error(`Uploading artifacts: the upstream gave ${urls.length} URLs for ${batch.length} files`);
    }
    await sendAll(batch.map((file, index) => ({ file, target: urls[index] })), options);
  }
  const committed = { taskIdentification, name, type, format, files: artifacts.files.map(toInfo) };
  await client.commitUploadedArtifacts(committed, call);
}

interface Sending {
  readonly file: ArtifactFile;
  readonly target: UploadURL | undefined;
}

/** The first failure ends the other transfers, too. */
async function sendAll(sendings: readonly Sending[], options: UploadOptions): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const waiting = sendings.values();
  const sendNext = async () => {
    for (const { file, target } of waiting) {
      const { url = "", headers = {} } = target ?? {};
      const content = { body: await open(file, options), size: file.size };
      await options.upstream.transfers.upload({ url, method: "PUT", headers, content }, signal);
    }
  };
  const senders = Array.from({ length: AT_ONCE }, () =>
    sendNext().catch((error) => {
      failed.abort(error);
      throw error;
    }));
  await Promise.allSettled(senders);
  signal.throwIfAborted();
}

async function* entriesOf(
  { name, type, format, files }: ArtifactsToUpload,
  options: UploadOptions,
): AsyncGenerator<MessageInitShape<typeof ArtifactEntrySchema>> {
  const { taskIdentification } = options.upstream;
  yield { value: { case: "artifactsUpload", value: { taskIdentification, name, type, format } } };
  for (const file of files) {
    const chunk = (data: Uint8Array) =>
      ({ value: { case: "chunk", value: { artifactPath: file.path, data } } }) as const;
    if (file.size === 0) yield chunk(new Uint8Array());
    for await (const piece of await open(file, options)) {
      for (let at = 0; at < piece.length; at += CHUNK_BYTES) {
        yield chunk(piece.subarray(at, at + CHUNK_BYTES));
      }
    }
  }
}

async function open(
  file: ArtifactFile,
  { machine, workingDirectory, meter }: UploadOptions,
): Promise<ReadableStream<Uint8Array>> {
  const { join } = machinePaths(machine.platform);
  return exactSize(await machine.files.read(join(workingDirectory, file.path)), { ...file, meter });
}

function toInfo({ path, size }: ArtifactFile) {
  return { path, sizeInBytes: BigInt(size) };
}
