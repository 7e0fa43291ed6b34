import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { MacOSInstanceSchema, Status } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { draftBuild, InvalidBuildError, type NewBuild } from "../../../lib/controller/builds/new_build.ts";
import { IdSource } from "../../../lib/controller/id_source.ts";
import { task } from "../builds.ts";
import { ManualClock } from "../manual_clock.ts";

function draft(build: NewBuild) {
  const clock = new ManualClock();
  return draftBuild(build, { ids: new IdSource(clock, undefined), now: clock.now() });
}

Deno.test("draftBuild lets tasks wait for a worker that wait for no other task", () => {
  const { tasks } = draft({ tasks: [task({ id: 1, requires: [0, 0] }), task({ id: 0 })] });
  assert.deepEqual(tasks.map(({ state }) => state.status), ["created", "triggered"]);
  assert.deepEqual(tasks[0]?.requires, [tasks[1]?.id]);
});

Deno.test("draftBuild takes a skipped task for one that is done", () => {
  const skipped = task({ id: 0 });
  skipped.status = Status.SKIPPED;
  const { tasks } = draft({
    tasks: [skipped, task({ id: 1 }), task({ id: 2, requires: [0, 1] })],
    skip: new Map([[1n, "Runs only on macOS"]]),
  });
  assert.deepEqual(tasks.map(({ state }) => state), [
    { status: "skipped", message: "Skipped by its `skip`" },
    { status: "skipped", message: "Runs only on macOS" },
    { status: "triggered" },
  ]);
});

Deno.test("draftBuild leaves out all tasks but those that are asked for, which then wait for none", () => {
  const { tasks } = draft({
    tasks: [task({ id: 0 }), task({ id: 1, requires: [0] })],
    only: new Set([1n]),
  });
  assert.deepEqual(tasks.map(({ definition, state }) => [definition.name, state.status]), [
    ["task-1", "triggered"],
  ]);
});

Deno.test("draftBuild takes a task of another kind only when it is skipped", () => {
  const mac = task({ id: 0, name: "mac" });
  mac.instance = anyPack(MacOSInstanceSchema, create(MacOSInstanceSchema));
  assert.throws(() => draft({ tasks: [mac] }), /the task "mac" is for no persistent worker; give it/);
  assert.equal(draft({ tasks: [mac], skip: new Map([[0n, "not here"]]) }).tasks.length, 1);
});

Deno.test("draftBuild says what is wrong with a build that makes no sense", () => {
  const cases: Array<[NewBuild, RegExp]> = [
    [{ tasks: [] }, /it has no tasks; choose at least one/],
    [{ tasks: [task()], only: new Set([7n]) }, /it has no tasks/],
    [{ tasks: [task(), task()] }, /two of its tasks have the same local_group_id/],
    [{ tasks: [task({ requires: [5] })] }, /"task-0" depends on a task that the build does not have/],
    [
      { tasks: [task({ id: 0, requires: [1] }), task({ id: 1, requires: [0] }), task({ id: 2 })] },
      /in a circle: task-0, task-1/,
    ],
    [{ tasks: [task({ commands: ["a", "a"] })] }, /"task-0" has two commands named "a"; rename one/],
  ];
  for (const [build, message] of cases) {
    assert.throws(
      () => draft(build),
      (error: Error) => error instanceof InvalidBuildError && message.test(error.message),
    );
  }
});

Deno.test("IdSource gives ids of 16 digits that grow, also when the clock is set back or data is from the future", () => {
  const clock = new ManualClock();
  const ids = new IdSource(clock, undefined);
  const first = ids.next();
  assert.match(first, /^\d{16}$/);
  clock.set(0);
  const second = ids.next();
  assert.ok(Number(second) > Number(first) && Number.isSafeInteger(Number(second)));
  assert.equal(new IdSource(new ManualClock(), "5000000000000000").next(), "5000000000000001");
});
