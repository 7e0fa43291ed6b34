import assert from "node:assert/strict";
import { Code, codeName } from "../../lib/rpc/code.ts";
import { RunningTasks } from "../../lib/worker/tasks/running_tasks.ts";
import { fail, FakeUpstream, hang } from "../fakes/upstream_workers.ts";
import { TestedLoop } from "./upstream/tested_loop.ts";

/** What a worker says by its next call about whether it wants tasks. */
async function nextUpdate(upstream: FakeUpstream): Promise<"disabled" | "enabled"> {
  return (await upstream.next("updateStatus")).request.disabled ? "disabled" : "enabled";
}

/** Makes the upstream hold its polls until the test answers them. */
function hold(upstream: FakeUpstream): { answer: (taskId?: string) => void } {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  upstream.answers.poll = async () => {
    const taskId = await promise;
    return { tasksToStart: taskId === undefined ? [] : [{ taskId }], pollIntervalInSeconds: 1 };
  };
  return { answer: resolve };
}

Deno.test("an idle worker between two polls ends at once, without a word to the upstream", async () => {
  await using upstream = await FakeUpstream.start();
  await using loop = await TestedLoop.start(upstream);
  await loop.log.line(/answered a poll/);
  loop.drain();
  await loop.over();
  assert.deepEqual(upstream.methods, ["register", "poll"]);
});

Deno.test("a draining worker is disabled, polls on while its task runs, and is enabled again at the end", async () => {
  await using upstream = await FakeUpstream.start();
  upstream.give({ tasksToStart: [{ taskId: "1" }] });
  upstream.give({ pollIntervalInSeconds: 1 });
  await using loop = await TestedLoop.start(upstream);
  await upstream.next("poll");
  await upstream.next("poll");
  loop.drain();
  const query = await upstream.next("queryRunningTasks");
  assert.deepEqual(query.request.info?.labels, { name: "w" });
  assert.equal(query.metadata.get("session-token"), "session-1");
  assert.equal(await nextUpdate(upstream), "disabled");
  assert.equal(loop.recorded, 1, "a worker that is killed now has to be enabled by the next start");
  upstream.give({ tasksToStop: ["1"] });
  await upstream.next("poll");
  await loop.over();
  assert.equal(loop.recorded, 0);
  assert.deepEqual(loop.cancelled, ["1"], "the upstream can still stop what runs");
  assert.equal(await nextUpdate(upstream), "enabled");
  assert.equal(upstream.methods.at(-1), "updateStatus");
});

Deno.test("a worker that somebody else has disabled stays so", async () => {
  await using upstream = await FakeUpstream.start();
  upstream.answers.queryRunningTasks = () => Promise.resolve({ status: { disabled: true } });
  const poll = hold(upstream);
  await using loop = await TestedLoop.start(upstream);
  await upstream.next("poll");
  loop.drain();
  await upstream.next("queryRunningTasks");
  poll.answer();
  await loop.over();
  assert.ok(!upstream.methods.includes("updateStatus"));
});

Deno.test("a task that comes with a poll in flight is run", async () => {
  await using upstream = await FakeUpstream.start();
  const poll = hold(upstream);
  await using loop = await TestedLoop.start(upstream);
  await upstream.next("poll");
  loop.drain();
  assert.equal(await nextUpdate(upstream), "disabled");
  poll.answer("late");
  upstream.answers.poll = () => Promise.resolve({ pollIntervalInSeconds: 1 });
  assert.deepEqual((await upstream.next("poll")).request.runningTasks, ["late"]);
  loop.end("late");
  await loop.over();
  assert.deepEqual(loop.cancelled, []);
  assert.equal(await nextUpdate(upstream), "enabled");
});

Deno.test("an upstream that knows no status calls is polled no more once nothing runs", async () => {
  await using upstream = await FakeUpstream.start();
  upstream.answers.queryRunningTasks = fail(Code.UNIMPLEMENTED);
  upstream.answers.updateStatus = fail(Code.UNIMPLEMENTED);
  upstream.give({ tasksToStart: [{ taskId: "1" }] });
  upstream.give({ pollIntervalInSeconds: 1 });
  await using loop = await TestedLoop.start(upstream);
  await upstream.next("poll");
  await upstream.next("poll");
  loop.drain();
  await upstream.next("queryRunningTasks");
  await upstream.next("poll");
  loop.end("1");
  await loop.over();
  assert.ok(!upstream.methods.includes("updateStatus"));
});

Deno.test("an upstream that gives no tasks is polled for as long as tasks of another one run", async () => {
  await using idle = await FakeUpstream.start();
  await using busy = await FakeUpstream.start();
  const tasks = new RunningTasks();
  busy.give({ tasksToStart: [{ taskId: "1" }] });
  await using busyLoop = await TestedLoop.start(busy, { tasks });
  await busy.next("poll");
  await busy.next("poll");
  idle.answers.poll = () => Promise.resolve({ pollIntervalInSeconds: 1 });
  await using idleLoop = await TestedLoop.start(idle, { tasks });
  await idle.next("poll");
  idleLoop.drain();
  assert.equal(await nextUpdate(idle), "disabled");
  await idle.next("poll");
  await idle.next("poll");
  busyLoop.end("1");
  await idleLoop.over();
  assert.equal(await nextUpdate(idle), "enabled");
});

for (const code of [Code.UNAVAILABLE, Code.INTERNAL]) {
  Deno.test(`an upstream that cannot be told (${codeName(code)}) does not keep an idle worker`, async () => {
    await using upstream = await FakeUpstream.start();
    upstream.answers.queryRunningTasks = fail(code);
    upstream.answers.poll = hang;
    await using loop = await TestedLoop.start(upstream);
    await upstream.next("poll");
    loop.drain();
    await loop.over();
    assert.ok(
      loop.log.lines.some((line) => /warning could not tell the upstream to give no more/.test(line)),
    );
  });
}

Deno.test("an upstream that may have heard that it is to give no tasks is told when it may again", async () => {
  await using upstream = await FakeUpstream.start();
  upstream.answers.updateStatus = () => {
    upstream.answers.updateStatus = () => Promise.resolve({ disabled: false });
    return fail(Code.UNAVAILABLE)();
  };
  const poll = hold(upstream);
  await using loop = await TestedLoop.start(upstream);
  await upstream.next("poll");
  loop.drain();
  assert.equal(await nextUpdate(upstream), "disabled");
  poll.answer();
  await loop.over();
  assert.equal(await nextUpdate(upstream), "enabled");
});

Deno.test("the forced end gives up the poll in flight and undoes the draining", async () => {
  await using upstream = await FakeUpstream.start();
  upstream.answers.poll = hang;
  await using loop = await TestedLoop.start(upstream);
  await upstream.next("poll");
  loop.drain();
  assert.equal(await nextUpdate(upstream), "disabled");
  loop.cancel();
  await loop.over();
  assert.equal(await nextUpdate(upstream), "enabled");
});

Deno.test("the forced end does not wait for an upstream that does not answer", async () => {
  await using upstream = await FakeUpstream.start();
  upstream.answers.poll = hang;
  upstream.answers.queryRunningTasks = hang;
  await using loop = await TestedLoop.start(upstream);
  await upstream.next("poll");
  loop.drain();
  await upstream.next("queryRunningTasks");
  loop.cancel();
  await loop.over();
  assert.ok(!upstream.methods.includes("updateStatus"));
});

Deno.test("a worker that could never register ends at once", async () => {
  await using upstream = await FakeUpstream.start();
  upstream.answers.register = hang;
  await using loop = await TestedLoop.start(upstream);
  await upstream.next("register");
  loop.drain();
  await loop.over();
});

for (const end of ["drain", "cancel"] as const) {
  Deno.test(`a worker that is to end (${end}) between its registration and its first poll does not poll`, async () => {
    await using upstream = await FakeUpstream.start();
    upstream.answers.poll = hang;
    await using loop = await TestedLoop.start(upstream);
    loop.onRegistered = () => loop[end]();
    await loop.over();
    assert.deepEqual(upstream.methods, ["register"]);
  });
}
