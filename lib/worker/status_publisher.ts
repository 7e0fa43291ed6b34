import { isolationName } from "../isolation/isolation_name.ts";
import type { Logger } from "../logging/logger.ts";
import { errorMessage } from "../diagnostics/error_message.ts";
import type { OwnerFiles } from "./ownership/owner_files.ts";
import type { RunningTasks } from "./tasks/running_tasks.ts";
import type { UpstreamSession } from "./upstream/upstream_session.ts";
import { publishStatus } from "./worker_status.ts";

export interface StatusPublisherOptions {
  readonly files: OwnerFiles;
  readonly name: string;
  readonly version: string;
  readonly tasks: RunningTasks;
  readonly sessions: () => readonly UpstreamSession[];
  /** Aborted once the worker takes no more tasks. */
  readonly drain: AbortSignal;
  readonly logger: Logger;
}

/** Returns what writes down a worker's present state for `cirrus worker status`; it never throws. */
export function statusPublisher(options: StatusPublisherOptions): () => void {
  const { files, name, version, tasks, sessions, drain, logger } = options;
  const since = new Date().toISOString();
  return () => {
    try {
      publishStatus(files, {
        name,
        version,
        pid: Deno.pid,
        since,
        draining: drain.aborted,
        upstreams: sessions().map(({ endpoint, registered }) => ({ endpoint, registered })),
        tasks: [...tasks].map(({ assignment, upstream, since }) => ({
          id: assignment.id,
          upstream: upstream.endpoint,
          isolation: isolationName(assignment.isolation),
          since: since.toISOString(),
        })),
      });
    } catch (error) {
      logger.warning(`could not write the worker's status: ${errorMessage(error)}`);
    }
  };
}
