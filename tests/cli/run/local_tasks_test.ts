import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import { anyPack, anyUnpack } from "@bufbuild/protobuf/wkt";
import { localTasks } from "../../../lib/cli/run/local_tasks.ts";
import { macosTasks } from "../../../lib/cli/run/macos_tasks.ts";
import {
  MacOSInstanceSchema,
  PersistentWorkerInstanceSchema,
  TaskSchema,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";

function task(resources: Record<string, number>, labels: Record<string, string> = {}) {
  const instance = create(PersistentWorkerInstanceSchema, { resources, labels });
  return create(TaskSchema, { name: "t", instance: anyPack(PersistentWorkerInstanceSchema, instance) });
}

Deno.test("labels do not choose among machines where there is one", () => {
  const { tasks } = localTasks([task({ gpu: 1 }, { os: "darwin" })]);
  const instance = tasks[0]?.instance && anyUnpack(tasks[0].instance, PersistentWorkerInstanceSchema);
  assert.deepEqual(instance?.labels, {});
  assert.deepEqual(instance?.resources, { gpu: 1 });
});

Deno.test("of each resource there is what the greediest task asks for", () => {
  const { resources } = localTasks([
    task({ gpu: 1 }),
    task({ gpu: 2, phone: 0.5 }),
    task({}),
    create(TaskSchema),
  ]);
  assert.deepEqual(resources, { gpu: 2, phone: 0.5 });
});

Deno.test("a macos_instance is a VM of Tart, of which two run at once", () => {
  const macos = create(MacOSInstanceSchema, { image: "i", user: "u", password: "p", cpu: 4, memory: 8192 });
  const { tasks, resources } = localTasks(macosTasks([
    create(TaskSchema, { name: "t", instance: anyPack(MacOSInstanceSchema, macos) }),
  ]));
  assert.deepEqual(resources, { "tart VM": 2 });
  const instance = tasks[0]?.instance && anyUnpack(tasks[0].instance, PersistentWorkerInstanceSchema);
  assert.deepEqual(instance?.resources, { "tart VM": 1 });
  const type = instance?.isolation?.type;
  assert.ok(type?.case === "tart");
  const { image, user, password, cpu, memory } = type.value;
  assert.deepEqual({ image, user, password, cpu, memory }, {
    image: "i",
    user: "u",
    password: "p",
    cpu: 4,
    memory: 8192,
  });
});
