import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import { StandbyInstanceParametersSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { requireGuest } from "../../fakes/guest/require_guest.ts";
import { FakeProgram, IMAGE } from "../../fakes/vm_program/fake_program.ts";
import { type AssignmentInit, TaskUpstream } from "../task_upstream.ts";
import { TestedWorker } from "../tested_worker.ts";

const MODIFIERS = ["/dev/one", "/dev/two"].map((device) => ({
  match: { gpu: 1 },
  append: { run: ["--device", device] },
}));

function inVetu(resourcesToUse: Record<string, number>): AssignmentInit {
  const value = { image: IMAGE, user: "admin", password: "admin" };
  return { isolation: { type: { case: "vetu", value } }, resourcesToUse };
}

/** The device of each VM that was run, `none` for one without, in order. */
function devices(program: FakeProgram): string[] {
  return program.calls("run").map(({ argv }) => argv[argv.indexOf("--device") + 1] ?? "")
    .map((device) => device.startsWith("/dev/") ? device : "none");
}

Deno.test("each device is in one VM at a time, and free again when its task has ended", async () => {
  await using program = await FakeProgram.install("vetu");
  await using upstream = await TaskUpstream.start();
  await using _worker = await TestedWorker.start([upstream], { resourceModifiers: MODIFIERS });
  program.fault("run", { holds: true });
  for (const id of ["1", "2", "3"]) upstream.assign(id, inVetu({ gpu: 1 }));
  upstream.assign("4", inVetu({ cpu: 1 }));
  await program.called("run", 4);
  assert.deepEqual(devices(program).toSorted(), ["/dev/one", "/dev/two", "none", "none"]);

  const holders = program.calls("run").filter(({ argv }) => argv.includes("--device"))
    .map(({ argv }) => /^cirrus-cli-(\d)-/.exec(argv.at(-1) ?? "")?.[1] ?? "");
  upstream.workers.give({ tasksToStop: holders });
  for (const _ of holders) await upstream.workers.next("taskStopped");
  for (const id of ["5", "6"]) upstream.assign(id, inVetu({ gpu: 0.5 }));
  await program.called("run", 6);
  assert.deepEqual(devices(program).slice(4).toSorted(), ["/dev/one", "/dev/two"]);
});

Deno.test("a task that fails gives its device back before its upstream hears of the end", async () => {
  await using program = await FakeProgram.install("vetu");
  await using upstream = await TaskUpstream.start();
  const [modifier] = MODIFIERS;
  await using _worker = await TestedWorker.start([upstream], {
    resourceModifiers: modifier ? [modifier] : [],
  });
  program.fault("run", { fails: "no such device" });
  for (const id of ["1", "2", "3"]) {
    upstream.assign(id, inVetu({ gpu: 1 }));
    await upstream.workers.next("taskStopped");
  }
  assert.deepEqual(devices(program), ["/dev/one", "/dev/one", "/dev/one"]);
});

/** A worker with a warm instance that asks for these resources, and what a task with `gpu: 1` has then. */
async function withStandby(resources: Record<string, number>) {
  await using program = await FakeProgram.install("vetu");
  await using upstream = await TaskUpstream.start();
  upstream.script("echo $CIRRUS_VM_ID");
  const { isolation = {} } = inVetu({});
  const standby = create(StandbyInstanceParametersSchema, { isolation, resources });
  await using worker = await TestedWorker.start([upstream], {
    standby,
    resources: { slot: 1, gpu: 1 },
    resourceModifiers: MODIFIERS,
  });
  await worker.log.line(/a standby instance is ready/);
  upstream.assign("1", inVetu({ slot: 1, gpu: 1 }));
  await upstream.workers.next("taskStopped");
  return { text: upstream.ci.savedText("main"), devices: devices(program) };
}

Deno.test({
  name: "a warm instance that lacks the device of a task is ended, and not taken",
  ...requireGuest(),
  async fn() {
    const { text, devices } = await withStandby({ slot: 1 });
    assert.match(text, /^cirrus-cli-1-/m);
    assert.deepEqual(devices.slice(0, 2), ["none", "/dev/one"]);
  },
});

Deno.test({
  name: "a warm instance that asks for a device holds one, and is taken with it",
  ...requireGuest(),
  async fn() {
    const { text, devices } = await withStandby({ slot: 1, gpu: 1 });
    assert.match(text, /^cirrus-cli-standby-/m);
    assert.equal(devices[0], "/dev/one");
  },
});
