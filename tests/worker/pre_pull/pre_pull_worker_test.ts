import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import { StandbyInstanceParametersSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { requireGuest } from "../../fakes/guest/require_guest.ts";
import { FakeProgram, IMAGE } from "../../fakes/vm_program/fake_program.ts";
import { type AssignmentInit, TaskUpstream } from "../task_upstream.ts";
import { TestedWorker } from "../tested_worker.ts";

const inTart: AssignmentInit = {
  isolation: { type: { case: "tart", value: { image: IMAGE, user: "admin", password: "admin" } } },
};

const prePull = (...images: string[]) => ({ images, checkIntervalMs: undefined, jitterMs: undefined });

Deno.test("a worker pulls its images at the start, one at a time, also where one cannot be had", async () => {
  await using program = await FakeProgram.install("tart");
  await using upstream = await TaskUpstream.start();
  const images = ["ghcr.io/cirruslabs/unknown:latest", program.image("other"), IMAGE];
  await using worker = await TestedWorker.start([upstream], { prePull: prePull(...images) });
  await worker.log.line(/info pulled the image .*test:latest before/);
  assert.deepEqual(program.calls("pull").map(({ argv }) => argv[1]), images);
  await worker.log.line(
    /warning could not pull the image .*unknown:latest before a task asks for it: .*manifest/,
  );
});

Deno.test("an image is not pulled by a task while it is pulled ahead, and a held pull holds nothing else", async () => {
  await using program = await FakeProgram.install("tart");
  await using upstream = await TaskUpstream.start();
  program.fault("run", { fails: "enough for this test" });
  program.fault("pull", { holds: true });
  upstream.script("true");
  await using worker = await TestedWorker.start([upstream], { prePull: prePull(IMAGE) });
  await program.called("pull");
  upstream.assign("1", inTart);
  await worker.log.line(/pulling the image .*"task":"1"/);
  upstream.assign("2");
  await worker.log.line(/info task 2 completed/);
  program.fault("pull", undefined);
  await upstream.workers.next("taskFailed");
  assert.equal(program.calls("pull").length, 1);
});

Deno.test("the end of the worker ends a pull", async () => {
  await using program = await FakeProgram.install("tart");
  await using upstream = await TaskUpstream.start();
  program.fault("pull", { holds: true });
  await using worker = await TestedWorker.start([upstream], { prePull: prePull(IMAGE) });
  await program.called("pull");
  await worker.log.line(/worker successfully registered/);
  worker.cancel();
  worker.drain();
  await worker.over;
  assert.ok(!worker.log.lines.some((line) => line.includes("could not pull")), worker.log.lines.join("\n"));
});

Deno.test("a host without tart says how to get it, and works on", async () => {
  await using upstream = await TaskUpstream.start();
  upstream.script("true");
  await using worker = await TestedWorker.start([upstream], { prePull: prePull(IMAGE) });
  await worker.log.line(/could not pull the image .* Could not find tart: .*brew install/);
  upstream.assign("1");
  await worker.log.line(/info task 1 completed/);
});

Deno.test({
  name: "a standby instance does not pull again what is pulled ahead",
  ...requireGuest(),
  async fn() {
    await using program = await FakeProgram.install("tart");
    await using upstream = await TaskUpstream.start();
    upstream.script("true");
    const { isolation = {} } = inTart;
    const standby = create(StandbyInstanceParametersSchema, { isolation });
    await using worker = await TestedWorker.start([upstream], { standby, prePull: prePull(IMAGE) });
    await worker.log.line(/info pulled the image/);
    await worker.log.line(/a standby instance is ready/);
    // That one may have been made while the image was still being pulled; the next one is not.
    const pulls = program.calls("pull").length;
    upstream.assign("1");
    await worker.log.line(/ending the standby instance/);
    await upstream.workers.next("taskStopped");
    await program.called("clone", 2);
    assert.equal(program.calls("pull").length, pulls);
  },
});
