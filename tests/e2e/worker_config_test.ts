import assert from "node:assert/strict";
import { join } from "node:path";
import { FakeCi } from "../fakes/upstream_ci.ts";
import { FakeUpstream } from "../fakes/upstream_workers.ts";
import { type Playground, playground } from "./playground.ts";
import type { ProgramEnd, RunningProgram } from "./running_program.ts";

/** An upstream whose tasks are one script, and the way to give it one. */
async function upstreamWith(script: string) {
  await using resources = new AsyncDisposableStack();
  const ci = resources.use(await FakeCi.start());
  ci.commands = {
    commands: [{ name: "main", instruction: { case: "scriptInstruction", value: { scripts: [script] } } }],
  };
  const workers = resources.use(await FakeUpstream.start([ci.service]));
  workers.longPoll();
  const owned = resources.move();
  return {
    ci,
    workers,
    give: (taskId: string) =>
      workers.give({ tasksToStart: [{ taskId, clientSecret: "client", serverSecret: ci.serverSecret }] }),
    /** The line of a list of upstreams. */
    line: `- {endpoint: "${workers.endpoint}", token: ${workers.token}}\n`,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Ends a worker; its upstreams let the polls go that they hold. */
async function end(
  program: RunningProgram,
  upstreams: readonly { readonly workers: FakeUpstream }[],
): Promise<ProgramEnd> {
  program.kill("SIGTERM");
  for (const { workers } of upstreams) {
    await workers.next("updateStatus");
    workers.give({});
  }
  return await program.ended;
}

const write = (place: Playground, text: string) =>
  Deno.writeTextFile(join(place.project, "worker.yml"), text);

Deno.test("a worker does what its file says, and logs to where it says", async () => {
  await using place = await playground();
  await using upstream = await upstreamWith("env");
  const { workers, ci } = upstream;
  await write(
    place,
    `token: ${workers.token}
name: mini-7
labels: {xcode: 26.10, rack: "2"}
resources: {gpu: 1.5}
log: {level: debug, format: json, file: worker.log}
rpc: {endpoint: "${workers.endpoint}"}
`,
  );
  const program = place.start(["worker", "run", "-f", "worker.yml", "--labels=rack=1,floor=3", "--name=x"]);
  const { request } = await workers.next("register");
  const { labels, resourcesTotal } = request.workerInfo ?? {};
  assert.deepEqual(
    [labels?.name, labels?.xcode, labels?.rack, labels?.floor, resourcesTotal],
    ["mini-7", "26.10", "2", "3", { gpu: 1.5 }],
  );
  upstream.give("1");
  await workers.next("taskStopped");
  assert.ok(!ci.savedText("main").includes(workers.token));
  const { code, stderr } = await end(program, [upstream]);
  assert.deepEqual([code, stderr], [0, ""]);
  const log = await Deno.readTextFile(join(place.project, "worker.log"));
  const messages = log.trimEnd().split("\n").map((line) => JSON.parse(line).message);
  assert.ok(messages.includes("task 1 completed"), log);
  assert.ok(!log.includes(workers.token));
});

Deno.test("SIGHUP brings other labels, resources, security, upstreams and another level, and lets tasks run on", async () => {
  await using place = await playground();
  const gate = join(place.temporary, "gate");
  await using left = await upstreamWith(`until [ -e ${gate} ]; do sleep 0.02; done`);
  await using stays = await upstreamWith("true");
  await using joins = await upstreamWith("true");
  await write(place, `name: mini\nlabels: {a: "1"}\nupstreams:\n${left.line}${stays.line}`);
  const program = place.start(["worker", "run", "-f", "worker.yml"]);
  left.give("long");
  await left.workers.next("taskStarted");
  await stays.workers.next("poll");

  await write(
    place,
    `name: other
labels: {a: "2"}
resources: {gpu: 1}
log: {level: debug}
security: {allowed-isolations: {container: {}}}
upstreams:
${stays.line}${joins.line}`,
  );
  program.kill("SIGHUP");
  const log = await program.hasPrinted(
    "the configuration was read again: upstreams, labels, resources, security",
    "stderr",
  );
  assert.match(log, /name.{1,2} cannot change while the worker runs \(worker\.yml:1:1\)/);
  assert.equal((await joins.workers.next("register")).request.workerInfo?.labels.a, "2");
  // The poll that is held says what held when it began.
  stays.workers.give({});
  const { workerInfo } = (await stays.workers.next("poll")).request;
  assert.deepEqual([workerInfo?.labels.a, workerInfo?.labels.name, workerInfo?.resourcesTotal], [
    "2",
    "mini",
    { gpu: 1 },
  ]);
  joins.give("refused");
  assert.match((await joins.workers.next("taskFailed")).request.message, /security settings/);

  // The upstream that was removed is told so, sees its task end and takes no part any more.
  assert.equal((await left.workers.next("updateStatus")).request.disabled, true);
  await Deno.writeTextFile(gate, "");
  await left.workers.next("taskStopped");
  left.workers.give({});
  assert.equal((await left.workers.next("updateStatus")).request.disabled, false);
  assert.deepEqual(left.ci.states, { main: "COMPLETED" });
  await program.hasPrinted("level=debug", "stderr");
  assert.equal((await end(program, [stays, joins])).code, 0);
});

Deno.test("a file that does not hold any more changes nothing, and the log says why", async () => {
  await using place = await playground();
  await using upstream = await upstreamWith("true");
  await write(place, `labels: {a: "1"}\nupstreams:\n${upstream.line}`);
  const program = place.start(["worker", "run", "--file=worker.yml"]);
  await upstream.workers.next("poll");
  await write(place, `labels: {a: "2"}\nsecurity: {allowed-isolation: {}}\nupstreams:\n${upstream.line}`);
  program.kill("SIGHUP");
  const log = await program.hasPrinted("the old one stays", "stderr");
  assert.match(
    log,
    /worker\.yml:2:12: Unknown key .{1,2}allowed-isolation.*did you mean .{1,2}allowed-isolations/,
  );
  upstream.give("1");
  await upstream.workers.next("taskStopped");
  const { request } = await upstream.workers.next("poll");
  assert.equal(request.workerInfo?.labels.a, "1");

  await write(place, `labels: {a: "3"}\nupstreams:\n- {endpoint: "http://127.0.0.1:1", token-file: no}\n`);
  program.kill("SIGHUP");
  await program.hasPrinted("worker.yml:3:48: Cannot read the token", "stderr");
  const { code, stderr } = await end(program, [upstream]);
  assert.equal(code, 0);
  assert.ok(!stderr.includes(upstream.workers.token));
});

Deno.test("a token that was changed is used from then on, and tasks go on", async () => {
  await using place = await playground();
  await using upstream = await upstreamWith("true");
  const { workers } = upstream;
  const tokens: string[] = [];
  workers.answers.register = ({ registrationToken }) => {
    tokens.push(registrationToken);
    return Promise.resolve({ sessionToken: `session of ${registrationToken}` });
  };
  await write(place, `token: the-old-one\nrpc: {endpoint: "${workers.endpoint}"}\n`);
  const program = place.start(["worker", "run", "-f", "worker.yml"]);
  await workers.next("poll");
  await write(place, `token: the-new-one\nrpc: {endpoint: "${workers.endpoint}"}\n`);
  program.kill("SIGHUP");
  await program.hasPrinted("read again: upstreams changed", "stderr");
  workers.give({});
  const { metadata } = await workers.next("poll");
  assert.deepEqual(tokens, ["the-old-one", "the-new-one"]);
  assert.equal(metadata.get("session-token"), "session of the-new-one");
  const { stderr } = await end(program, [upstream]);
  assert.ok(!/the-(old|new)-one/.test(stderr), stderr);
});

Deno.test("a worker without a file says that there is nothing to read again", async () => {
  await using place = await playground();
  await using upstream = await upstreamWith("true");
  const { endpoint, token } = upstream.workers;
  const program = place.start(["worker", "run", "--rpc-endpoint", endpoint], { CIRRUS_WORKER_TOKEN: token });
  await upstream.workers.next("poll");
  program.kill("SIGHUP");
  await program.hasPrinted("nothing to read again", "stderr");
  assert.equal((await end(program, [upstream])).code, 0);
});

Deno.test("status with a file shows only the worker of that file", async () => {
  await using place = await playground();
  await using upstream = await upstreamWith("true");
  const { endpoint, token } = upstream.workers;
  const program = place.start(["worker", "run", "--name=mini", "--rpc-endpoint", endpoint, "--token", token]);
  await upstream.workers.next("poll");
  await write(place, "name: mini\n");
  assert.match((await place.run(["worker", "status", "-f", "worker.yml"])).stdout, /^mini \(version /);
  await write(place, "name: other\n");
  const { stdout } = await place.run(["worker", "status", "-f", "worker.yml"]);
  assert.equal(stdout, 'No worker "other" runs on this host\n');
  await end(program, [upstream]);
});

Deno.test("pause and resume reach every upstream of a file", async () => {
  await using place = await playground();
  await using one = await upstreamWith("true");
  await using other = await upstreamWith("true");
  await write(place, `name: mini\nupstreams:\n${one.line}${other.line}`);
  const paused = await place.run(["worker", "pause", "-f", "worker.yml"]);
  assert.equal(
    paused.stdout,
    [one, other].map(({ workers }) => `Worker "mini" is paused (${workers.endpoint})\n`).join(""),
  );
  for (const { workers } of [one, other]) {
    assert.equal((await workers.next("updateStatus")).request.disabled, true);
  }
  assert.equal((await place.run(["worker", "resume", "-f", "worker.yml"])).code, 0);
  for (const { workers } of [one, other]) {
    assert.equal((await workers.next("updateStatus")).request.disabled, false);
  }
});

Deno.test("a log file that cannot be opened stops the start and says why", async () => {
  await using place = await playground();
  await write(place, 'token: abcdef\nlog: {file: no/folder/w.log}\nrpc: {endpoint: "http://127.0.0.1:1"}\n');
  const { code, stderr } = await place.run(["worker", "run", "-f", "worker.yml"]);
  assert.equal(code, 1);
  assert.match(stderr, /Cannot open the log file no\/folder\/w\.log: No such file/);
});
