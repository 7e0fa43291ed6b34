import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Logger } from "../../logging/logger.ts";
import type { Machine } from "../../machine/machine.ts";
import type { TaskEnvironment } from "../environment/task_environment.ts";
import type { TaskUpstream } from "../task_upstream.ts";
import { CacheServer } from "./cache_server.ts";
import { HttpCacheStore } from "./http_cache_store.ts";
import { TaskCaches } from "./task_caches.ts";
import { UpstreamCacheStore } from "./upstream_cache_store.ts";

/** Where a task, or its machine, that has a cache server of its own says so, and other tasks' programs find ours. */
const HOST_VARIABLE = "CIRRUS_HTTP_CACHE_HOST";

/** The caches of a task; disposal ends the server that its programs use. */
export interface ServedCaches extends AsyncDisposable {
  readonly caches: TaskCaches;
  /** Why the task's programs have no server; undefined when all is well. */
  readonly problem: string | undefined;
}

/**
 * Gives a task its caches: those of the server that it or its machine names, else the upstream's, which a server of ours
 * then brings to the task's programs. Never rejects: a task goes on without.
 */
export async function serveCaches(
  upstream: TaskUpstream,
  options: { machine: Machine; environment: TaskEnvironment; logger: Logger },
): Promise<ServedCaches> {
  const { environment, machine } = options;
  const store = new UpstreamCacheStore(upstream);
  const host = environment.get(HOST_VARIABLE) ?? machine.environment.get(HOST_VARIABLE);
  if (host) {
    const caches = new TaskCaches({ store: new HttpCacheStore(host, upstream.transfers), upstream: store });
    return { caches, problem: undefined, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const caches = new TaskCaches({ store, upstream: store });
  try {
    const server = await CacheServer.start({ ...options, store });
    environment.merge([[HOST_VARIABLE, server.address], ["OMNI_CACHE_ADDRESS", server.address]]);
    return { caches, problem: undefined, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  } catch (error) {
    const problem = `Serving caches to the task's programs: ${errorMessage(error)}; they have to do without`;
    return { caches, problem, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
}
