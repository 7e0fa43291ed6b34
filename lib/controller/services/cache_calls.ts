import type { CacheKey, CirrusCIService } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { Code } from "../../rpc/code.ts";
import { RpcError } from "../../rpc/rpc_error.ts";
import type { CallContext, Handlers } from "../../rpc/server.ts";
import { type CacheScopes, cacheScopes } from "../blobs/cache_scopes.ts";
import { type CacheEntry, type CacheStorage, CacheUploadError } from "../blobs/cache_storage.ts";
import type { Grant } from "../blobs/signed_urls.ts";
import type { BuildStore } from "../store/build_store.ts";
import type { Assignment } from "../workers/assignment.ts";
import type { CallTools } from "./call_tools.ts";

/** More than this is no key. */
const MAX_KEY_LENGTH = 1024;

export interface CacheCallsOptions {
  readonly storage: CacheStorage;
  /** The URL of a file for the agent that calls. */
  readonly urlOf: (grant: Grant, context: CallContext) => string;
  readonly builds: Pick<BuildStore, "findSummary">;
  /** Where caches of builds that name no repository belong: to this one. */
  readonly defaultRepository: string;
}

type Keyed = Pick<CacheKey, "taskIdentification" | "cacheKey">;

/** The calls of `CirrusCIService` about caches. */
export function cacheCalls(
  options: CacheCallsOptions,
  { guard, assignmentOf }: CallTools,
): Partial<Handlers<typeof CirrusCIService>> {
  const { storage, urlOf, builds, defaultRepository } = options;

  const scopesOf = async ({ record: { buildId } }: Assignment): Promise<CacheScopes> => {
    const build = await builds.findSummary(buildId);
    return cacheScopes({ cloneUrl: defaultRepository, ...build?.repository });
  };

  /** Who calls about which key. */
  const access = async (context: CallContext, request: Keyed | undefined) => {
    const assignment = await assignmentOf(context, request?.taskIdentification);
    const key = request?.cacheKey ?? "";
    if (key === "" || key.length > MAX_KEY_LENGTH) {
      throw new RpcError(Code.INVALID_ARGUMENT, `A cache key must have 1 to ${MAX_KEY_LENGTH} characters`);
    }
    const scopes = await scopesOf(assignment);
    return {
      scopes,
      key,
      task: assignment.taskId,
      target: { scope: scopes[0], key, taskId: assignment.taskId },
    };
  };

  return {
    cacheInfo: guard("CacheInfo", async (request, context) => {
      const assignment = await assignmentOf(context, request.taskIdentification);
      const scopes = await scopesOf(assignment);
      const prefixes = request.cacheKeyPrefixes.filter((prefix) => prefix !== "");
      const entry = await storage.find(scopes, request.cacheKey) ?? await storage.newest(scopes, prefixes);
      return { info: toInfo(entry ?? missing()) };
    }),

    deleteCache: guard("DeleteCache", async (request, context) => {
      const { target } = await access(context, request);
      if (!await storage.remove(target)) missing();
      return {};
    }),

    generateCacheDownloadURLs: guard("GenerateCacheDownloadURLs", async (request, context) => {
      const { scopes, key, task } = await access(context, request);
      const { scope } = await storage.find(scopes, key) ?? missing();
      return { urls: [urlOf({ kind: "read cache", task, scope, key }, context)] };
    }),

    generateCacheUploadURL: guard("GenerateCacheUploadURL", async (request, context) => {
      const { task, target: { scope, key } } = await access(context, request);
      return { url: urlOf({ kind: "write cache", task, scope, key }, context) };
    }),

    multipartCacheUploadCreate: guard("MultipartCacheUploadCreate", async (request, context) => {
      const { target } = await access(context, request);
      return { uploadId: await storage.beginUpload(target) };
    }),

    multipartCacheUploadPart: guard("MultipartCacheUploadPart", async (request, context) => {
      const { task } = await access(context, request.cacheKey);
      const { uploadId: upload, partNumber: part, contentLength } = request;
      return { url: urlOf({ kind: "write part", task, upload, part, size: Number(contentLength) }, context) };
    }),

    multipartCacheUploadCommit: guard("MultipartCacheUploadCommit", async (request, context) => {
      const { target } = await access(context, request.cacheKey);
      try {
        await storage.completeUpload({ uploadId: request.uploadId, target }, request.parts);
      } catch (error) {
        throw error instanceof CacheUploadError ? new RpcError(CODES[error.kind], error.message) : error;
      }
      return {};
    }),
  };
}

const CODES: Readonly<Record<CacheUploadError["kind"], Code>> = {
  "too large": Code.RESOURCE_EXHAUSTED,
  unknown: Code.NOT_FOUND,
  incomplete: Code.FAILED_PRECONDITION,
};

function missing(): never {
  throw new RpcError(Code.NOT_FOUND, "There is no such cache entry");
}

function toInfo(entry: CacheEntry) {
  return {
    key: entry.key,
    sizeInBytes: BigInt(entry.size),
    creationTimestamp: BigInt(Math.floor(entry.createdAt / 1000)),
    createdByTaskId: entry.taskId,
  };
}
