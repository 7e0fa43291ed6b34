import { anyPack } from "@bufbuild/protobuf/wkt";
import { create } from "@bufbuild/protobuf";
import {
  ContainerInstanceSchema,
  DockerBuilderSchema,
  MacOSInstanceSchema,
  PersistentWorkerInstanceSchema,
  PipeInstanceSchema,
  PrebuiltImageInstanceSchema,
  Status,
  type Task,
  TaskSchema,
} from "../../proto/gen/cirrus_ci_service_pb.ts";
import type { Any } from "@bufbuild/protobuf/wkt";
import { withClone } from "./clone.ts";
import type { InstanceMessage } from "./instance/instance.ts";
import type { TaskDraft } from "./task/task_draft.ts";

/** The task as an upstream stores it; `index` is its place among the enabled ones. */
export function toTask(
  draft: TaskDraft,
  { index, requiredGroups }: { index: number; requiredGroups: readonly number[] },
): Task {
  const message = draft.instance?.message;
  const commands = draft.commands.map(({ command }) => command);
  const inPipe = message?.$typeName === PipeInstanceSchema.typeName;
  return create(TaskSchema, {
    localGroupId: BigInt(draft.id),
    requiredGroups: requiredGroups.map(BigInt),
    name: draft.name,
    status: draft.skip ? Status.SKIPPED : Status.CREATED,
    environment: Object.fromEntries(draft.variables.task),
    metadata: {
      properties: { ...Object.fromEntries(draft.properties), indexWithinBuild: String(index) },
    },
    commands: withClone(commands, inPipe),
    ...(message && { instance: packInstance(message) }),
  });
}

/** The instance as the message that a task carries. */
export function packInstance(message: InstanceMessage): Any {
  switch (message.$typeName) {
    case ContainerInstanceSchema.typeName:
      return anyPack(ContainerInstanceSchema, message);
    case DockerBuilderSchema.typeName:
      return anyPack(DockerBuilderSchema, message);
    case MacOSInstanceSchema.typeName:
      return anyPack(MacOSInstanceSchema, message);
    case PersistentWorkerInstanceSchema.typeName:
      return anyPack(PersistentWorkerInstanceSchema, message);
    case PipeInstanceSchema.typeName:
      return anyPack(PipeInstanceSchema, message);
    case PrebuiltImageInstanceSchema.typeName:
      return anyPack(PrebuiltImageInstanceSchema, message);
  }
}
