import type { Task } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { whyNotForWorkers } from "../../controller/builds/skip_reasons.ts";
import { workerInstanceOf } from "../../controller/builds/task_definition.ts";
import { isManual } from "../../controller/builds/task_properties.ts";
import { isolationName } from "../../isolation/isolation_name.ts";
import { VM_PROGRAMS } from "../../isolation/vm_programs.ts";
import { whyNotThisContainer } from "./container_tasks.ts";
import type { VmHost } from "./vm_host.ts";

/** Why a task is not run on this machine; undefined for one that can. */
export function whyNotHere(task: Task, host: VmHost): string | undefined {
  const isolation = workerInstanceOf(task)?.isolation;
  if (isolation === undefined) return whyNotThisContainer(task) ?? whyNotForWorkers(task);
  switch (isolation.type.case) {
    case "none":
    case "container":
      return undefined;
    case "tart":
    case "vetu":
      return whyNoVm(isolation.type.case, host);
    default:
      return `this version does not support its isolation (${isolationName(isolation)})`;
  }
}

/** The same for a task that nobody asked for by its name. */
export function whyNotUnasked(task: Task, host: VmHost): string | undefined {
  const manual = isManual(task) ? "its trigger_type is manual: name it to run it" : undefined;
  return whyNotHere(task, host) ?? manual;
}

function whyNoVm(program: "tart" | "vetu", { programs, dirty }: VmHost): string | undefined {
  if (!programs.has(program)) {
    return `it needs ${program}, which is not in PATH: ${VM_PROGRAMS[program].installation}`;
  }
  if (program === "vetu" && dirty) {
    return "vetu cannot mount the project in its virtual machines: run it without --dirty";
  }
  return undefined;
}
