import type { Task } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { whyNotForWorkers } from "../../controller/builds/skip_reasons.ts";
import { workerInstanceOf } from "../../controller/builds/task_definition.ts";
import { isolationName } from "../../isolation/isolation_name.ts";

/** Why a task is not run on this machine; undefined for one that can. */
export function whyNotHere(task: Task): string | undefined {
  const isolation = workerInstanceOf(task)?.isolation;
  if (isolation === undefined || isolation.type.case === "none") return whyNotForWorkers(task);
  return `this version does not support its isolation (${isolationName(isolation)})`;
}
