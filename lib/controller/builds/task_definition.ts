import { anyUnpack } from "@bufbuild/protobuf/wkt";
import {
  type PersistentWorkerInstance,
  PersistentWorkerInstanceSchema,
  type Task,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";

/** What a task without `timeout_in` gets. */
const DEFAULT_TIMEOUT_SECONDS = 3_600;

/** What a task asks of a persistent worker; undefined when it is a task of another kind. */
export function workerInstanceOf(task: Task): PersistentWorkerInstance | undefined {
  return task.instance && anyUnpack(task.instance, PersistentWorkerInstanceSchema);
}

/** As `workerInstanceOf`, for a task that was taken in and so has one. */
export function requireWorkerInstance(task: Task): PersistentWorkerInstance {
  const instance = workerInstanceOf(task);
  if (instance === undefined) {
    throw new Error(`Reading the task ${task.name}: it is for no persistent worker`);
  }
  return instance;
}

/** A property of a task, as its `.cirrus.yml` has it; undefined where it says nothing. */
export function propertyOf(task: Task, name: string): string | undefined {
  return task.metadata?.properties[name];
}

/** How long the commands of a task may take in all, in seconds. */
export function timeoutSecondsOf(task: Task): number {
  const seconds = Number(propertyOf(task, "timeout_in") ?? DEFAULT_TIMEOUT_SECONDS);
  return Number.isSafeInteger(seconds) && seconds >= 0 ? seconds : DEFAULT_TIMEOUT_SECONDS;
}
