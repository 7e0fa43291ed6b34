import assert from "node:assert/strict";
import { create, equals } from "@bufbuild/protobuf";
import type { Guest } from "../fakes/guest/guest.ts";
import { requireGuest } from "../fakes/guest/require_guest.ts";
import { FakeProgram, IMAGE } from "../fakes/vm_program/fake_program.ts";
import { StandbyInstanceParametersSchema } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { eventually } from "../helpers/eventually.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";
import { type AssignmentInit, TaskUpstream } from "./task_upstream.ts";
import { TestedWorker } from "./tested_worker.ts";
import { WorkerProcess } from "./worker_process.ts";

function inTart(image = IMAGE): AssignmentInit {
  return { isolation: { type: { case: "tart", value: { image, user: "admin", password: "admin" } } } };
}

Deno.test({
  name:
    "a task runs in a VM of its own, which takes part in its trace, tells no password, and is gone with it",
  ...requireGuest(),
  async fn() {
    await using program = await FakeProgram.install("tart");
    const image = program.image("secretive", { guest: ["--password", "word-of-the-vm"] });
    await using upstream = await TaskUpstream.start();
    upstream.script('echo "$CIRRUS_VM_ID in $PWD on $CIRRUS_OS"');
    await using worker = await TestedWorker.start([upstream]);
    const value = { image, user: "admin", password: "word-of-the-vm" };
    upstream.assign("42", { isolation: { type: { case: "tart", value } }, traceparent: "00-trace" });
    await upstream.workers.next("taskStopped");
    assert.deepEqual(upstream.ci.states, { main: "COMPLETED" });
    assert.match(
      upstream.ci.savedText("main"),
      /^cirrus-cli-42-[0-9a-f-]{36} in \/tmp\/cirrus-ci-build on darwin$/m,
    );
    const calls = program.home.journal().filter(({ argv }) => argv.some((word) => word.includes("42")));
    assert.ok(calls.length > 5 && calls.every(({ environment }) => environment.TRACEPARENT === "00-trace"));
    const told = [worker.log.lines, program.home.journal(), upstream.ci.savedText("main")];
    assert.ok(!JSON.stringify(told).includes("word-of-the-vm"));
    assert.deepEqual(program.home.vmNames(), []);
    assert.deepEqual(worker.leftovers(), []);
  },
});

Deno.test({
  name: "tasks that want one image at once run side by side, and the one too many says why it cannot",
  ...requireGuest(),
  async fn() {
    await using program = await FakeProgram.install("tart");
    await using upstream = await TaskUpstream.start();
    upstream.script("until [ -e '/Volumes/My Shared Files/none' ]; do sleep 0.1; done");
    await using worker = await TestedWorker.start([upstream]);
    program.fault("pull", { holds: true });
    for (const id of ["1", "2"]) upstream.assign(id, inTart());
    await program.called("pull");
    await worker.log.line(/pulling .*"task":"1"/);
    await worker.log.line(/pulling .*"task":"2"/);
    program.fault("pull", undefined);
    await upstream.ci.until(() => program.home.running().length === 2);
    assert.equal(program.calls("pull").length, 1);

    upstream.assign("3", inTart());
    const { request } = await upstream.workers.next("taskFailed");
    assert.match(
      request.message,
      /too early: tart run: exit status 1: The number of VMs exceeds the system limit/,
    );
    assert.equal(program.home.running().length, 2);
    worker.cancel();
    await worker.over;
    assert.deepEqual(program.home.vmNames(), []);
  },
});

/** What happens to a VM in the middle of a script. */
const FAULTS: Record<string, (guest: Guest) => Promise<void>> = {
  dies: (guest) => guest.kill(),
  freezes: (guest) => guest.freeze(),
  "is cut off the network": (guest) => guest.cut(),
};

for (const [what, strike] of Object.entries(FAULTS)) {
  Deno.test({
    name: `a VM that ${what} in the middle of a script fails its task, with the reason, and leaves nothing`,
    ...requireGuest(),
    async fn() {
      await using program = await FakeProgram.install("tart");
      await using upstream = await TaskUpstream.start();
      upstream.script("echo begun; sleep 1000");
      const tart = { bounds: { ssh: { keepaliveMs: 100 } } };
      await using _worker = await TestedWorker.start([upstream], { tart });
      upstream.assign("1", inTart());
      await upstream.ci.until(() => upstream.ci.liveText("main").includes("begun\n"));
      const [name = ""] = program.home.vmNames();
      await strike(await program.guest(name));
      const { request } = await upstream.workers.next("taskFailed");
      assert.match(request.message, /The machine was lost: /);
      await upstream.workers.next("taskStopped");
      assert.deepEqual(program.home.vmNames(), []);
    },
  });
}

Deno.test({
  name: "a disk that is full in the guest fails the script, not the worker",
  ...requireGuest(),
  async fn() {
    await using program = await FakeProgram.install("tart");
    await using upstream = await TaskUpstream.start();
    const image = program.image("small", { guest: ["--disk-size", "16m"] });
    upstream.script("head -c 32000000 /dev/zero > /tmp/large");
    await using _worker = await TestedWorker.start([upstream]);
    upstream.assign("1", inTart(image));
    await upstream.workers.next("taskStopped");
    assert.deepEqual(upstream.ci.states, { main: "FAILED" });
    assert.match(upstream.ci.savedText("main"), /No space left on device/);
    assert.ok(!upstream.workers.methods.includes("taskFailed"));
    assert.deepEqual(program.home.vmNames(), []);
  },
});

Deno.test({
  name:
    "of two workers on one host, one that is killed leaves a VM to its next start, and the other keeps its own",
  ...requireGuest(),
  async fn() {
    await using program = await FakeProgram.install("tart");
    await using state = await temporaryDirectory();
    await using temporary = await temporaryDirectory();
    await using first = await TaskUpstream.start();
    await using second = await TaskUpstream.start();
    const process = (upstream: TaskUpstream) =>
      new WorkerProcess({ upstream, stateDirectory: state.path, temporaryDirectory: temporary.path });
    for (const upstream of [first, second]) upstream.script("echo begun; sleep 1000");
    await using killed = process(first);
    await using _other = process(second);
    for (const [upstream, id] of [[first, "1"], [second, "2"]] as const) {
      upstream.assign(id, inTart());
      await upstream.ci.until(() => upstream.ci.liveText("main").includes("begun\n"));
    }
    await killed.end("SIGKILL");
    assert.equal(program.home.running().length, 2, "a VM outlives its worker");
    await using _next = process(first);
    await first.workers.next("register");
    await first.workers.next("register");
    const [left = "", ...others] = program.home.running();
    assert.match(left, /^cirrus-cli-2-/);
    assert.deepEqual(others, []);
    assert.deepEqual(program.home.vmNames(), [left]);
  },
});

Deno.test({
  name: "a task gets the standby instance that it asks for, warmed up, and another one is made at once",
  ...requireGuest(),
  async fn() {
    await using program = await FakeProgram.install("tart");
    await using upstream = await TaskUpstream.start();
    const task = inTart();
    const standby = create(StandbyInstanceParametersSchema, {
      isolation: task.isolation ?? {},
      resources: { slot: 1 },
      warmup: { script: "echo warm > /tmp/warmth", timeoutSeconds: 60n },
    });
    upstream.script('echo "$CIRRUS_VM_ID is $(cat /tmp/warmth)"');
    await using worker = await TestedWorker.start([upstream], { standby, resources: { slot: 2 } });
    await worker.log.line(/a standby instance is ready/);
    const [first = ""] = program.home.vmNames();
    upstream.assign("1", { ...task, resourcesToUse: { slot: 1 } });
    await upstream.workers.next("taskStopped");
    assert.equal(upstream.ci.savedText("main").includes(`${first} is warm`), true);
    assert.match(first, /^cirrus-cli-standby-/);
    await eventually(() =>
      worker.log.lines.filter((line) => /a standby instance is ready/.test(line)).length === 2
    );
    const [second = "", ...others] = program.home.vmNames();
    assert.deepEqual(others, []);
    assert.notEqual(second, first);

    // The task that asks for something else finds none in its way.
    upstream.assign("2", inTart(program.image("other")));
    await upstream.workers.next("taskStopped");
    assert.ok(!upstream.ci.savedText("main").includes(second));
    await worker.log.line(/ending the standby instance/);
    worker.cancel();
    await worker.over;
    assert.deepEqual(program.home.vmNames(), []);
  },
});

Deno.test({
  name: "an upstream that wants a standby instance hears of it and its age, and is polled while it is made",
  ...requireGuest(),
  async fn() {
    await using program = await FakeProgram.install("tart");
    await using upstream = await TaskUpstream.start();
    await using worker = await TestedWorker.start([upstream]);
    program.fault("clone", { holds: true });
    const wanted = create(StandbyInstanceParametersSchema, { isolation: inTart().isolation ?? {} });
    const next = async () =>
      (await upstream.workers.next("poll")).request.availableStandbyInstancesInformation;
    assert.deepEqual(await next(), []);
    upstream.workers.give({ updatedStandbyInstances: [wanted], pollIntervalInSeconds: 1 });
    await program.called("clone");
    assert.deepEqual(await next(), []);
    program.fault("clone", undefined);
    await worker.log.line(/a standby instance is ready/);
    upstream.workers.give({ pollIntervalInSeconds: 1 });
    const [told, ...others] = await next();
    assert.deepEqual(others, []);
    assert.ok(told?.parameters && equals(StandbyInstanceParametersSchema, told.parameters, wanted));
  },
});
