import type { TaskIdentificationSchema } from "../../proto/gen/cirrus_ci_service_pb.ts";
import type { MessageInitShape } from "@bufbuild/protobuf";

/** Metadata of one call: lower-case keys, values of printable ASCII. */
export type MetadataInit = Readonly<Record<string, string>>;

/** Whether a value can be sent as metadata. */
export function isMetadataText(value: string): boolean {
  return !/[^ -~]/.test(value);
}

/** Who a worker is, on every call of CirrusWorkersService but `Register`. */
export interface WorkerIdentity {
  readonly registrationToken: string;
  /** From `Register`; absent in the calls of `pause` and `resume`. */
  readonly sessionToken?: string;
  readonly workerName: string;
}

/** The metadata of CirrusWorkersService. Calls about a task carry `taskMetadata` too. */
export function workersMetadata(identity: WorkerIdentity): MetadataInit {
  return {
    "registration-token": identity.registrationToken,
    ...(identity.sessionToken === undefined ? {} : { "session-token": identity.sessionToken }),
    "worker-name": identity.workerName,
  };
}

/** Which task a call is about and what allows it. */
export interface TaskIdentity {
  readonly taskId: string;
  readonly clientSecret: string;
  /** The URL the agent was given; CirrusCIService only. */
  readonly endpoint?: string;
}

/** The metadata of CirrusCIService and, without `endpoint`, of a worker's calls about a task. */
export function taskMetadata(task: TaskIdentity): MetadataInit {
  return {
    "org.cirruslabs.task-id": task.taskId,
    "org.cirruslabs.client-secret": task.clientSecret,
    ...(task.endpoint === undefined ? {} : { "org.cirruslabs.api-endpoint": task.endpoint }),
  };
}

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/**
 * The deprecated `task_identification` of a request: undefined, so left unset, unless the id is a signed
 * 64-bit decimal.
 */
export function taskIdentification(
  taskId: string,
  secret: string,
): MessageInitShape<typeof TaskIdentificationSchema> | undefined {
  if (!/^[+-]?\d+$/.test(taskId)) return undefined;
  const id = BigInt(taskId.replace("+", ""));
  return id < INT64_MIN || id > INT64_MAX ? undefined : { taskId: id, secret };
}
