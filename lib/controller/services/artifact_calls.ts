import type {
  ArtifactEntry,
  ArtifactFileInfo,
  CirrusCIService,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { Code } from "../../rpc/code.ts";
import { RpcError } from "../../rpc/rpc_error.ts";
import type { CallContext, Handlers } from "../../rpc/server.ts";
import { type ArtifactOwner, artifactPathProblem, type ArtifactStorage } from "../blobs/artifact_storage.ts";
import type { Grant } from "../blobs/signed_urls.ts";
import type { Clock } from "../clock.ts";
import type { ArtifactIndex } from "../store/artifact_index.ts";
import type { Assignment } from "../workers/assignment.ts";
import type { CallTools } from "./call_tools.ts";

export interface ArtifactCallsOptions {
  readonly storage: ArtifactStorage;
  readonly index: ArtifactIndex;
  /** The URL of a file for the agent that calls. */
  readonly urlOf: (grant: Grant, context: CallContext) => string;
  readonly clock: Clock;
}

/** The calls of `CirrusCIService` about artifacts. */
export function artifactCalls(
  { storage, index, urlOf, clock }: ArtifactCallsOptions,
  { guard, assignmentOf }: CallTools,
): Partial<Handlers<typeof CirrusCIService>> {
  return {
    generateArtifactUploadURLs: guard("GenerateArtifactUploadURLs", async (request, context) => {
      const owner = ownerOf(await assignmentOf(context, request.taskIdentification));
      const { name } = request;
      const urls = request.files.map(({ path, sizeInBytes }) => {
        checkPath(path);
        return {
          url: urlOf({ kind: "write artifact", owner, name, path, size: Number(sizeInBytes) }, context),
        };
      });
      return { urls };
    }),

    commitUploadedArtifacts: guard("CommitUploadedArtifacts", async (request, context) => {
      const assignment = await assignmentOf(context, request.taskIdentification);
      const owner = ownerOf(assignment);
      const { name, type, format } = request;
      for (const file of request.files) await requireFile({ owner, name, file }, storage);
      const files = request.files.map(({ path, sizeInBytes }) => ({ path, size: Number(sizeInBytes) }));
      await index.add(assignment.record.id, { name, type, format, files, at: clock.now() });
      return {};
    }),

    uploadArtifacts: guard("UploadArtifacts", async (entries: AsyncIterable<ArtifactEntry>, context) => {
      const iterator = entries[Symbol.asyncIterator]();
      const first = await iterator.next();
      if (first.done || first.value.value.case !== "artifactsUpload") {
        throw new RpcError(
          Code.INVALID_ARGUMENT,
          "A stream of artifacts begins with what they are; this one does not",
        );
      }
      const { taskIdentification, name, type, format } = first.value.value.value;
      const assignment = await assignmentOf(context, taskIdentification);
      const owner = ownerOf(assignment);
      const files: { path: string; size: number }[] = [];
      for await (const { path, body } of filesOf(iterator)) {
        checkPath(path);
        files.push({ path, size: await storage.write({ ...owner, name, path }, body) });
      }
      await index.add(assignment.record.id, { name, type, format, files, at: clock.now() });
      return { bytesSaved: BigInt(files.reduce((sum, { size }) => sum + size, 0)) };
    }),
  };
}

function ownerOf({ taskId, record: { buildId, definition } }: Assignment): ArtifactOwner {
  return { buildId, taskId, taskName: definition.name };
}

function checkPath(path: string): void {
  const problem = artifactPathProblem(path);
  if (problem !== undefined) {
    throw new RpcError(
      Code.INVALID_ARGUMENT,
      `The path of an artifact cannot be ${JSON.stringify(path)}: ${problem}`,
    );
  }
}

async function requireFile(
  { owner, name, file: { path, sizeInBytes } }: {
    owner: ArtifactOwner;
    name: string;
    file: ArtifactFileInfo;
  },
  storage: ArtifactStorage,
): Promise<void> {
  checkPath(path);
  const size = await storage.sizeOf({ ...owner, name, path });
  if (size === Number(sizeInBytes)) return;
  const problem = size === undefined ? "it never came" : `it has ${size} bytes, not ${sizeInBytes}`;
  throw new RpcError(Code.FAILED_PRECONDITION, `The artifact ${path} cannot be committed: ${problem}`);
}

/** The files of a stream, one after the other: each is as long as chunks have its path. */
async function* filesOf(
  entries: AsyncIterator<ArtifactEntry>,
): AsyncGenerator<{ path: string; body: AsyncIterable<Uint8Array> }> {
  const nextChunk = async () => {
    for (let next = await entries.next(); !next.done; next = await entries.next()) {
      if (next.value.value.case === "chunk") return next.value.value.value;
    }
    return undefined;
  };
  let chunk = await nextChunk();
  while (chunk) {
    const path = chunk.artifactPath;
    const body = async function* () {
      while (chunk?.artifactPath === path) {
        yield chunk.data;
        chunk = await nextChunk();
      }
    };
    yield { path, body: body() };
  }
}
