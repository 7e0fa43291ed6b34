import assert from "node:assert/strict";
import { equals } from "@bufbuild/protobuf";
import { Code, codeName } from "../../../lib/rpc/code.ts";
import { RunningTasks } from "../../../lib/worker/tasks/running_tasks.ts";
import { fail, FakeUpstream, hang } from "../../fakes/upstream_workers.ts";
import { StandbyInstanceParametersSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { parameters } from "../standby/tested_standby.ts";
import { TestedLoop } from "./tested_loop.ts";

Deno.test("a worker registers once and polls with its session, labels and totals", async () => {
  await using upstream = await FakeUpstream.start();
  await using _loop = await TestedLoop.start(upstream);
  const { request, metadata } = await upstream.next("register");
  assert.equal(request.registrationToken, upstream.token);
  assert.deepEqual(request.workerInfo?.labels, { name: "w" });
  assert.equal(metadata.get("session-token"), undefined);

  const poll = await upstream.next("poll");
  assert.equal(poll.metadata.get("registration-token"), upstream.token);
  assert.equal(poll.metadata.get("session-token"), "session-1");
  assert.equal(poll.metadata.get("worker-name"), "w");
  assert.deepEqual(poll.request.workerInfo?.labels, { name: "w" });
  assert.deepEqual(poll.request.workerInfo?.resourcesTotal, { cpu: 4 });
  assert.deepEqual(upstream.methods, ["register", "poll"]);
});

Deno.test("a poll that brought a task is followed by one that lists it and what it uses", async () => {
  await using upstream = await FakeUpstream.start();
  upstream.give({ tasksToStart: [{ taskId: "42", resourcesToUse: { cpu: 2.5 } }, { taskId: "a-b" }] });
  await using _loop = await TestedLoop.start(upstream);
  await upstream.next("poll");
  const { request } = await upstream.next("poll");
  assert.deepEqual(request.runningTasks, ["42", "a-b"]);
  assert.deepEqual(request.oldRunningTasks, [42n], "only the numeric ids fit the deprecated field");
  assert.deepEqual(request.resourcesInUse, { cpu: 2.5 });
});

Deno.test("a task's end is followed by a poll at once that no longer lists it", async () => {
  await using upstream = await FakeUpstream.start();
  upstream.give({
    tasksToStart: [{ taskId: "1", resourcesToUse: { cpu: 1 } }],
    pollIntervalInSeconds: 3_600,
  });
  await using loop = await TestedLoop.start(upstream);
  await upstream.next("poll");
  await upstream.next("poll");
  loop.end("1");
  const { request } = await upstream.next("poll");
  assert.deepEqual(request.runningTasks, []);
  assert.deepEqual(request.resourcesInUse, {});
});

Deno.test("each poll tells of the standby instance that is warm, and its answer may ask for another one", async () => {
  await using upstream = await FakeUpstream.start();
  const [kept, wanted] = [parameters("kept"), parameters("wanted")];
  upstream.give({ tasksToStart: [{ taskId: "1" }], updatedStandbyInstances: [wanted] });
  await using loop = await TestedLoop.start(upstream);
  loop.standby.push({ parameters: kept, ageSeconds: 7n });
  const { request } = await upstream.next("poll");
  const [told, ...others] = request.availableStandbyInstancesInformation;
  assert.deepEqual(others, []);
  assert.equal(told?.ageSeconds, 7n);
  assert.ok(told?.parameters && equals(StandbyInstanceParametersSchema, told.parameters, kept));

  loop.standby.length = 0;
  loop.end("1");
  const next = await upstream.next("poll");
  assert.deepEqual(next.request.availableStandbyInstancesInformation, []);
  const [asked, ...more] = loop.standbyUpdates;
  assert.deepEqual(more, []);
  assert.ok(asked && equals(StandbyInstanceParametersSchema, asked, wanted));
});

Deno.test("there is never more than one poll in flight, and a task's end does not cancel it", async () => {
  await using upstream = await FakeUpstream.start();
  upstream.give({ tasksToStart: [{ taskId: "1" }] });
  await using loop = await TestedLoop.start(upstream);
  await upstream.next("poll");
  const held = Promise.withResolvers<void>();
  let abandoned = false;
  upstream.answers.poll = async (_, { signal }) => {
    signal.addEventListener("abort", () => abandoned = true);
    await held.promise;
    upstream.answers.poll = () => Promise.resolve({ pollIntervalInSeconds: 3_600 });
    return { tasksToStart: [{ taskId: "2" }] };
  };
  assert.deepEqual((await upstream.next("poll")).request.runningTasks, ["1"]);
  loop.end("1");
  const before = upstream.methods.filter((method) => method === "poll").length;
  held.resolve();
  assert.deepEqual((await upstream.next("poll")).request.runningTasks, ["2"]);
  assert.equal(before, 2);
  assert.equal(abandoned, false);
});

Deno.test("the interval that the upstream asks for is kept from the start of each poll", async () => {
  await using upstream = await FakeUpstream.start();
  upstream.answers.poll = () => Promise.resolve({ pollIntervalInSeconds: 1 });
  await using _loop = await TestedLoop.start(upstream);
  await upstream.next("poll");
  const first = performance.now();
  await upstream.next("poll");
  await upstream.next("poll");
  assert.ok(performance.now() - first >= 1_900, "two intervals of 1 s must lie between three polls");
});

Deno.test("a task is stopped by its id, and by its number from upstreams of old", async () => {
  await using upstream = await FakeUpstream.start();
  upstream.give({ tasksToStart: [{ taskId: "x" }, { oldTaskId: 7n }, { taskId: "8", oldTaskId: 8n }] });
  upstream.give({ tasksToStop: ["x", "unknown"], oldTaskIdsToStop: [7n, -1n] });
  await using loop = await TestedLoop.start(upstream);
  await upstream.next("poll");
  assert.deepEqual((await upstream.next("poll")).request.runningTasks, ["x", "7", "8"]);
  assert.deepEqual((await upstream.next("poll")).request.runningTasks, ["8"]);
  assert.deepEqual(loop.cancelled, ["x", "7"]);
});

Deno.test("a task that already runs, or that no call can be about, is ignored and brings no further poll", async () => {
  await using upstream = await FakeUpstream.start();
  upstream.give({ tasksToStart: [{ taskId: "1" }] });
  const unusable = [{ taskId: "" }, { taskId: "a\nb" }, { taskId: "2", clientSecret: "\u00e4" }];
  upstream.give({ tasksToStart: [{ taskId: "1" }, ...unusable], pollIntervalInSeconds: 3_600 });
  await using loop = await TestedLoop.start(upstream);
  await loop.log.line(/warning attempted to run task 1 which is already running/);
  await upstream.next("poll");
  await upstream.next("poll");
  loop.end("1");
  assert.deepEqual((await upstream.next("poll")).request.runningTasks, []);
  assert.equal(loop.tasks.size, 0);
  const errors = loop.log.lines.filter((line) =>
    line.startsWith("error the upstream assigned a task without")
  );
  assert.equal(errors.length, unusable.length);
  assert.deepEqual(upstream.methods, ["register", "poll", "poll", "poll"]);
});

Deno.test("what runs for one upstream is not listed to another, but its resources are", async () => {
  await using busy = await FakeUpstream.start();
  await using other = await FakeUpstream.start();
  const tasks = new RunningTasks();
  busy.give({ tasksToStart: [{ taskId: "1", resourcesToUse: { cpu: 3 } }] });
  await using _busy = await TestedLoop.start(busy, { tasks });
  await busy.next("poll");
  await busy.next("poll");
  await using _other = await TestedLoop.start(other, { tasks });
  const { request } = await other.next("poll");
  assert.deepEqual(request.runningTasks, []);
  assert.deepEqual(request.resourcesInUse, { cpu: 3 });
});

Deno.test("two upstreams may use the same id for different tasks", async () => {
  await using one = await FakeUpstream.start();
  await using two = await FakeUpstream.start();
  const tasks = new RunningTasks();
  one.give({ tasksToStart: [{ taskId: "1" }] });
  two.give({ tasksToStart: [{ taskId: "1" }] });
  two.give({ tasksToStop: ["1"] });
  await using first = await TestedLoop.start(one, { tasks });
  await one.next("poll");
  await one.next("poll");
  await using second = await TestedLoop.start(two, { tasks });
  await two.next("poll");
  assert.deepEqual((await two.next("poll")).request.runningTasks, ["1"]);
  assert.deepEqual((await two.next("poll")).request.runningTasks, []);
  assert.deepEqual(first.cancelled, []);
  assert.deepEqual(second.cancelled, ["1"]);
});

for (const code of [Code.UNAUTHENTICATED, Code.PERMISSION_DENIED, Code.NOT_FOUND]) {
  Deno.test(`a session that a poll finds lost (${codeName(code)}) is renewed at once and tasks run on`, async () => {
    await using upstream = await FakeUpstream.start();
    const { poll } = upstream.answers;
    upstream.give({ tasksToStart: [{ taskId: "1" }] });
    await using loop = await TestedLoop.start(upstream);
    await upstream.next("poll");
    upstream.answers.poll = fail(code);
    await upstream.next("poll");
    upstream.answers.poll = poll;
    const { metadata, request } = await upstream.next("poll");
    assert.equal(metadata.get("session-token"), "session-2");
    assert.deepEqual(request.runningTasks, ["1"]);
    assert.deepEqual(loop.cancelled, []);
    assert.deepEqual(upstream.methods, ["register", "poll", "poll", "register", "poll"]);
  });
}

Deno.test("a session that was never good is not renewed without a wait", async () => {
  await using upstream = await FakeUpstream.start();
  upstream.answers.poll = fail(Code.UNAUTHENTICATED);
  await using loop = await TestedLoop.start(upstream);
  await upstream.next("poll");
  await loop.log.line(/error could not poll .* \(next try in 0\.[5-9]|1\.0 s\)/);
  await upstream.next("poll");
  assert.deepEqual(upstream.methods, ["register", "poll", "register", "poll"]);
});

Deno.test("a registration that is refused is logged with what to do, and tried again", async () => {
  await using upstream = await FakeUpstream.start();
  const { register } = upstream.answers;
  upstream.answers.register = fail(Code.PERMISSION_DENIED, "invalid registration token");
  await using loop = await TestedLoop.start(upstream);
  const line = await loop.log.line(/could not register/);
  assert.match(
    line,
    /invalid registration token; check that the registration token is the one of this upstream/,
  );
  assert.doesNotMatch(line, new RegExp(upstream.token));
  upstream.answers.register = register;
  await upstream.next("poll");
});

Deno.test("a server that is no upstream for workers is told apart", async () => {
  await using upstream = await FakeUpstream.start();
  upstream.answers.register = fail(Code.UNIMPLEMENTED);
  await using loop = await TestedLoop.start(upstream);
  await loop.log.line(
    /error could not register with .*; check the endpoint: what answers there is not an upstream/,
  );
});

Deno.test("an upstream that goes away and comes back is polled again, and tasks run on", async () => {
  await using upstream = await FakeUpstream.start();
  const { poll } = upstream.answers;
  upstream.answers.poll = () => {
    upstream.answers.poll = hang;
    return Promise.resolve({ tasksToStart: [{ taskId: "1" }] });
  };
  await using loop = await TestedLoop.start(upstream);
  await upstream.next("poll");
  await upstream.next("poll");
  await upstream.stop();
  await loop.log.line(/error could not poll/);
  upstream.answers.poll = poll;
  await upstream.listen();
  assert.deepEqual((await upstream.next("poll")).request.runningTasks, ["1"]);
});

Deno.test("an end that the upstream asks for is passed on after the tasks of the same answer", async () => {
  await using upstream = await FakeUpstream.start();
  upstream.give({ tasksToStart: [{ taskId: "1" }], shutdown: true });
  await using loop = await TestedLoop.start(upstream);
  await loop.log.line(/info received shutdown signal from the upstream http:.*, terminating\.\.\./);
  assert.equal(loop.shutdowns, 1);
  assert.equal(loop.tasks.size, 1);
  loop.end("1");
  await loop.over();
});

Deno.test("an upstream that the worker leaves is polled while its own tasks run, and not for those of others", async () => {
  await using left = await FakeUpstream.start();
  await using other = await FakeUpstream.start();
  const tasks = new RunningTasks();
  left.give({ tasksToStart: [{ taskId: "1" }], pollIntervalInSeconds: 1 });
  other.give({ tasksToStart: [{ taskId: "2" }] });
  await using leaving = await TestedLoop.start(left, { tasks });
  await using staying = await TestedLoop.start(other, { tasks });
  await left.next("poll");
  await other.next("poll");
  await leaving.log.line(/debug the upstream answered a poll/);
  leaving.leave();
  assert.equal((await left.next("updateStatus")).request.disabled, true);
  assert.deepEqual((await left.next("poll")).request.runningTasks, ["1"]);
  leaving.end("1");
  await leaving.over();
  assert.equal((await left.next("updateStatus")).request.disabled, false);
  staying.end("2");
});

Deno.test("an upstream that the worker leaves without any task of it is not told", async () => {
  await using left = await FakeUpstream.start();
  const tasks = new RunningTasks();
  await using leaving = await TestedLoop.start(left, { tasks });
  await leaving.log.line(/debug the upstream answered a poll/);
  leaving.leave();
  await leaving.over();
  assert.deepEqual(left.methods, ["register", "poll"]);
});
