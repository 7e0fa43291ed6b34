import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import { selectTasks } from "../../../lib/controller/builds/select_tasks.ts";
import { InvalidBuildError } from "../../../lib/controller/builds/new_build.ts";
import { TaskSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";

const task = (name: string, properties: Record<string, string> = {}) =>
  create(TaskSchema, { name, metadata: { properties } });

const TASKS = [task("Lint"), task("Test", { alias: "tests" }), task("Test")];

Deno.test("a task is selected by its name or alias, in any case", () => {
  assert.deepEqual(selectTasks(TASKS, "lint"), [TASKS[0]]);
  assert.deepEqual(selectTasks(TASKS, "TESTS"), [TASKS[1]]);
  assert.deepEqual(selectTasks(TASKS, "test"), [TASKS[1], TASKS[2]]);
});

Deno.test("an unknown task is refused with the name that was meant, or all there are", () => {
  assert.throws(
    () => selectTasks(TASKS, "lnit"),
    new InvalidBuildError('No task named "lnit": did you mean "Lint"?'),
  );
  assert.throws(
    () => selectTasks(TASKS, "publish"),
    new InvalidBuildError(
      'No task named "publish": the tasks are Lint, Test, tests; what its only_if leaves out is none of them',
    ),
  );
  assert.throws(() => selectTasks([], "x"), new InvalidBuildError('No task named "x": there are no tasks'));
});
