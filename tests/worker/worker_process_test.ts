import assert from "node:assert/strict";
import { readStatuses } from "../../lib/worker/worker_status.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";
import { runs } from "./ownership/owner_process.ts";
import { TaskUpstream } from "./task_upstream.ts";
import { WorkerProcess } from "./worker_process.ts";

/** A host of its own for workers, and an upstream that gives them a task with a process that detaches itself. */
async function setUp() {
  await using resources = new AsyncDisposableStack();
  const state = resources.use(await temporaryDirectory());
  const temporary = resources.use(await temporaryDirectory());
  const upstream = resources.use(await TaskUpstream.start());
  upstream.script("setsid sh -c 'echo detached $$; exec sleep 1000' & wait");
  const owned = resources.move();
  return {
    upstream,
    options: { upstream, stateDirectory: state.path, temporaryDirectory: temporary.path },
    names: () => [...Deno.readDirSync(temporary.path)].map((entry) => entry.name),
    /** Waits until the script runs; resolves with the number of its detached process. */
    async running(): Promise<number> {
      const pattern = /detached (\d+)\n/;
      await upstream.ci.until(() => pattern.test(upstream.ci.liveText("main")));
      return Number(pattern.exec(upstream.ci.liveText("main"))?.[1]);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

Deno.test("what a worker leaves behind when it is killed in the middle of a task is gone after the next start", async () => {
  await using host = await setUp();
  const { upstream, options } = host;
  await using killed = new WorkerProcess(options);
  upstream.assign("1");
  const pid = await host.running();
  assert.deepEqual((await readStatuses(options.stateDirectory)).map((status) => status.pid), [killed.pid]);
  await killed.end("SIGKILL");
  assert.deepEqual(await readStatuses(options.stateDirectory), []);
  assert.ok(await runs(pid));
  assert.notDeepEqual(host.names(), []);

  await upstream.workers.next("register");
  await using _next = new WorkerProcess(options);
  await upstream.workers.next("register");
  assert.equal(await runs(pid), false);
  assert.deepEqual(host.names(), []);
});

Deno.test("the second signal ends a worker with its tasks, and nothing is left behind", async () => {
  await using host = await setUp();
  const { upstream, options } = host;
  await using worker = new WorkerProcess(options);
  upstream.assign("1");
  const pid = await host.running();
  worker.signal("SIGTERM");
  assert.equal((await upstream.workers.next("updateStatus")).request.disabled, true);
  assert.ok(await runs(pid), "the first signal lets tasks run");
  assert.equal(await worker.end("SIGTERM"), 143);
  await upstream.workers.next("taskFailed");
  await upstream.workers.next("taskStopped");
  assert.equal((await upstream.workers.next("updateStatus")).request.disabled, false);
  assert.equal(await runs(pid), false);
  assert.deepEqual(host.names(), []);
});
