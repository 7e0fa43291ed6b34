import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import {
  CommandSchema,
  type IsolationSchema,
  PersistentWorkerInstanceSchema,
  type Task,
  TaskSchema,
} from "../../proto/gen/cirrus_ci_service_pb.ts";

export interface TaskInit {
  readonly id?: number;
  readonly name?: string;
  readonly labels?: Record<string, string>;
  readonly resources?: Record<string, number>;
  readonly isolation?: MessageInitShape<typeof IsolationSchema>;
  readonly requires?: readonly number[];
  readonly commands?: readonly string[];
  /** What each command does; `true` by default. */
  readonly script?: string;
  readonly environment?: Record<string, string>;
  readonly properties?: Record<string, string>;
}

/** A task as a parser yields it; its commands are scripts with these names. */
export function task(init: TaskInit = {}): Task {
  const { id = 0, labels = {}, resources = {}, isolation } = init;
  const instance = create(PersistentWorkerInstanceSchema, {
    labels,
    resources,
    ...(isolation ? { isolation } : {}),
  });
  return create(TaskSchema, {
    localGroupId: BigInt(id),
    requiredGroups: (init.requires ?? []).map(BigInt),
    name: init.name ?? `task-${id}`,
    environment: init.environment ?? {},
    metadata: { properties: { allow_failures: "false", ...init.properties } },
    commands: (init.commands ?? ["main"]).map((name) =>
      create(CommandSchema, {
        name,
        instruction: { case: "scriptInstruction", value: { scripts: [init.script ?? "true"] } },
      })
    ),
    instance: anyPack(PersistentWorkerInstanceSchema, instance),
  });
}
