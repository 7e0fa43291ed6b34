import type { Isolation, PollResponse_AgentAwareTask } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { isMetadataText } from "../../rpc/metadata.ts";
import type { Resources } from "../resources.ts";

/** A task as an upstream gave it to this worker. */
export interface Assignment {
  readonly id: string;
  /** Allows calls about this task. */
  readonly clientSecret: string;
  /** What the upstream must show to the agent before anything runs. */
  readonly serverSecret: string;
  /** Absent means none. */
  readonly isolation: Isolation | undefined;
  readonly resources: Resources;
  /** `TRACEPARENT` and `TRACESTATE` where the upstream traces (W3C Trace Context). */
  readonly traceEnvironment: ReadonlyMap<string, string>;
}

/**
 * Reads a task of a poll's answer; undefined when no call could be made about it, as it has no id, or one or a secret
 * that no metadata can carry.
 */
export function readAssignment(task: PollResponse_AgentAwareTask): Assignment | undefined {
  const id = task.taskId || (task.oldTaskId === 0n ? "" : String(task.oldTaskId));
  if (id === "" || !isMetadataText(id) || !isMetadataText(task.clientSecret)) return undefined;
  const trace = Object.entries({ TRACEPARENT: task.traceparent, TRACESTATE: task.tracestate });
  return {
    id,
    clientSecret: task.clientSecret,
    serverSecret: task.serverSecret,
    isolation: task.isolation,
    resources: task.resourcesToUse,
    traceEnvironment: new Map(trace.filter(([, value]) => value !== "")),
  };
}
