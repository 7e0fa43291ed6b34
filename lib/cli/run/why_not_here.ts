import type { Task } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { whyNotForWorkers } from "../../controller/builds/skip_reasons.ts";
import { workerInstanceOf } from "../../controller/builds/task_definition.ts";
import { isolationName } from "../../isolation/isolation_name.ts";
import { whyNotThisContainer } from "./container_tasks.ts";
import { isManual } from "./task_properties.ts";

/** Why a task is not run on this machine; undefined for one that can. */
export function whyNotHere(task: Task): string | undefined {
  const isolation = workerInstanceOf(task)?.isolation;
  if (isolation === undefined || isolation.type.case === "none") {
    return whyNotThisContainer(task) ?? whyNotForWorkers(task);
  }
  if (isolation.type.case === "container") return undefined;
  return `this version does not support its isolation (${isolationName(isolation)})`;
}

/** The same for a task that nobody asked for by its name. */
export function whyNotUnasked(task: Task): string | undefined {
  const manual = isManual(task) ? "its trigger_type is manual: name it to run it" : undefined;
  return whyNotHere(task) ?? manual;
}
