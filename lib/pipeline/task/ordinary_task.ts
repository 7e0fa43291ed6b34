import { Architecture } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { type Field, type Fields, schemaOf } from "../field.ts";
import {
  containerFields,
  readContainer,
  readWindowsContainer,
  windowsContainerFields,
} from "../instance/container.ts";
import type { Instance } from "../instance/instance.ts";
import { macosInstanceFields, readMacosInstance } from "../instance/macos_instance.ts";
import { persistentWorkerFields, readPersistentWorker } from "../instance/persistent_worker.ts";
import { instructionKinds } from "../instruction/commands.ts";
import type { Node } from "../node.ts";
import type { Scope } from "../scope.ts";
import { readInstance } from "./read_instance.ts";
import type { TaskDraft } from "./task_draft.ts";
import type { TaskKind } from "./task_kind.ts";

/** `*task`. */
export const ordinaryTask: TaskKind<TaskDraft> = {
  suffix: "task",
  nameWhenBare: "main",
  doc: "Task to run",
  instances: {
    container: instance("In a container", containerFields, (node, scope) => {
      return readContainer(node, scope, Architecture.AMD64);
    }),
    arm_container: instance("In a container on ARM", containerFields, (node, scope) => {
      return readContainer(node, scope, Architecture.ARM64);
    }),
    windows_container: instance("In a container of Windows", windowsContainerFields, readWindowsContainer),
    macos_instance: instance("In a virtual machine of macOS", macosInstanceFields, readMacosInstance),
    persistent_worker: instance("On a worker of one's own", persistentWorkerFields, readPersistentWorker),
  },
  fields: {},
  instructions: instructionKinds,
  begin: (draft) => draft,
  finish() {},
};

function instance<D>(
  doc: string,
  fields: Fields<D>,
  read: (node: Node, scope: Scope) => Instance,
): Field<TaskDraft> {
  return {
    doc,
    schema: schemaOf(fields),
    readInto(draft, node, scope) {
      readInstance(draft, { problems: scope.problems, read: () => read(node, scope) });
    },
  };
}
