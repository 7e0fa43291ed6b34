import { create, isMessage } from "@bufbuild/protobuf";
import {
  PipeInstanceSchema,
  Status,
  type Task,
  TaskSchema,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { withClone } from "../clone.ts";
import { packInstance } from "../instance/pack.ts";
import type { TaskDraft } from "./task_draft.ts";

/** The task as an upstream stores it; `index` is its place among the enabled ones. */
export function toTask(
  draft: TaskDraft,
  { index, requiredGroups }: { index: number; requiredGroups: readonly number[] },
): Task {
  const message = draft.instance?.message;
  const commands = draft.commands.map(({ command }) => command);
  const inPipe = isMessage(message, PipeInstanceSchema);
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
