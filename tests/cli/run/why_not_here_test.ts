import assert from "node:assert/strict";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { whyNotHere } from "../../../lib/cli/run/why_not_here.ts";
import { macosTasks } from "../../../lib/cli/run/macos_tasks.ts";
import type { VmHost } from "../../../lib/cli/run/vm_host.ts";
import { skipReasons } from "../../../lib/controller/builds/skip_reasons.ts";
import {
  ContainerInstanceSchema,
  type IsolationSchema,
  MacOSInstanceSchema,
  PersistentWorkerInstanceSchema,
  Status,
  type Task,
  TaskSchema,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";

function task(id: number, init: MessageInitShape<typeof TaskSchema> = {}): Task {
  return create(TaskSchema, {
    localGroupId: BigInt(id),
    name: `task${id}`,
    instance: anyPack(PersistentWorkerInstanceSchema, create(PersistentWorkerInstanceSchema)),
    ...init,
  });
}

function isolated(isolation: MessageInitShape<typeof IsolationSchema>) {
  const instance = create(PersistentWorkerInstanceSchema, { isolation });
  return { instance: anyPack(PersistentWorkerInstanceSchema, instance) };
}

const container = { instance: anyPack(ContainerInstanceSchema, create(ContainerInstanceSchema)) };

const BARE: VmHost = { programs: new Set(), dirty: false };

const reasons = (tasks: readonly Task[], host = BARE) =>
  Object.fromEntries(
    [...skipReasons(tasks, (task) => whyNotHere(task, host))].map(([id, reason]) => [`task${id}`, reason]),
  );

Deno.test("tasks on the bare host run, others are skipped with the reason", () => {
  const tasks = [
    task(0),
    task(1, isolated({ type: { case: "none", value: {} } })),
    task(2, isolated({ type: { case: "parallels", value: {} } })),
    task(3, isolated({})),
    task(4, container),
    task(5, { instance: undefined }),
    task(6, { instance: { typeUrl: "type.googleapis.com/org.example.NewInstance" } }),
  ];
  assert.deepEqual(reasons(tasks), {
    task2: "this version does not support its isolation (parallels)",
    task3: "this version does not support its isolation (unknown)",
    task4: "it needs a container, not a persistent_worker",
    task5: "it names no instance that this version knows",
    task6: "it needs an instance of type NewInstance, not a persistent_worker",
  });
});

const macos = { instance: anyPack(MacOSInstanceSchema, create(MacOSInstanceSchema, { image: "i" })) };

Deno.test("a task with a virtual machine runs where its program is, and else says how to get that", () => {
  const tasks = [
    task(0, isolated({ type: { case: "tart", value: {} } })),
    task(1, isolated({ type: { case: "vetu", value: {} } })),
    ...macosTasks([task(2, macos)]),
  ];
  const tart = /^it needs tart, which is not in PATH: install it with `brew install cirruslabs\/cli\/tart`/;
  const { task0, task1, task2 } = reasons(tasks);
  assert.match(task0 ?? "", tart);
  assert.match(task1 ?? "", /^it needs vetu, which is not in PATH: install it/);
  assert.match(task2 ?? "", tart);
  assert.deepEqual(reasons(tasks, { programs: new Set(["tart", "vetu"]), dirty: false }), {});
});

Deno.test("only tart can mount the project itself", () => {
  const tasks = [task(0, isolated({ type: { case: "vetu", value: {} } })), ...macosTasks([task(1, macos)])];
  assert.deepEqual(reasons(tasks, { programs: new Set(["tart", "vetu"]), dirty: true }), {
    task0: "vetu cannot mount the project in its virtual machines: run it without --dirty",
  });
});

Deno.test("a task that the file skips is as good as passed, whatever it needs", () => {
  const skipped = task(0, { status: Status.SKIPPED, ...container });
  assert.deepEqual(reasons([skipped, task(1, { requiredGroups: [0n] })]), {});
});

Deno.test("what depends on a task that cannot run here is skipped, however far", () => {
  const tasks = [
    task(0, { requiredGroups: [1n] }),
    task(1, { requiredGroups: [2n, 3n] }),
    task(2),
    task(3, container),
  ];
  assert.deepEqual(reasons(tasks), {
    task0: 'it depends on "task1", which cannot run here',
    task1: 'it depends on "task3", which cannot run here',
    task3: "it needs a container, not a persistent_worker",
  });
});
