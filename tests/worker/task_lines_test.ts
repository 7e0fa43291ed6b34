import assert from "node:assert/strict";
import { TaskUpstream } from "./task_upstream.ts";
import { TestedWorker } from "./tested_worker.ts";

/** What is said of the worker and its upstream, whatever runs. */
const OF_NO_TASK = /^\w+ (worker successfully registered|the upstream answered a poll|.* of git)/;

Deno.test("every line of a task carries the task and its upstream", async () => {
  await using first = await TaskUpstream.start();
  await using second = await TaskUpstream.start();
  first.script("true");
  second.script("exit 1");
  await using worker = await TestedWorker.start([first, second]);
  first.assign("one");
  second.assign("two", { isolation: { type: { case: "parallels", value: { image: "x" } } } });
  await Promise.all([first, second].map((upstream) => upstream.workers.next("taskStopped")));
  await worker.log.line(/task one completed/);
  await worker.log.line(/task two completed/);
  const lines = worker.log.lines.filter((line) => !OF_NO_TASK.test(line));
  const carrying = (task: string, { endpoint }: TaskUpstream) =>
    lines.filter((line) => line.includes(`"task":"${task}"`) && line.includes(`"upstream":"${endpoint}"`));
  const [ofOne, ofTwo] = [carrying("one", first), carrying("two", second)];
  assert.ok(ofOne.length > 3 && ofTwo.length > 2, lines.join("\n"));
  assert.deepEqual(lines.filter((line) => !ofOne.includes(line) && !ofTwo.includes(line)), []);
});
