import assert from "node:assert/strict";
import { errorSchema } from "../../../lib/controller/api/schemas.ts";
import { Status } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { task } from "../builds.ts";
import { type RawTask, RawWorker } from "../raw_worker.ts";
import { answered, type RunningApi, startApi } from "./running_api.ts";

const LARGE = Array.from({ length: 400_000 }, (_, n) => `${n}\n`).join("");

const pathOf = (taskId: string, command = "main") =>
  `/v1/task/${taskId}/logs/${encodeURIComponent(command)}.log`;

/** A task of one command that a worker has. */
async function startTask(api: RunningApi, commands = ["main"]) {
  const build = await api.controller.builds.create({ tasks: [task({ commands })] });
  const worker = await RawWorker.connect(api.controller.endpoint, { name: "w1" });
  const given = await worker.takeTask();
  await given.started();
  return { build, given, worker, [Symbol.dispose]: () => worker[Symbol.dispose]() };
}

async function end(given: RawTask) {
  await given.finished([{ name: "main", status: Status.COMPLETED }]);
}

/** The text that a stream brings until it contains `until`. */
async function readUntil(reader: ReadableStreamDefaultReader<string>, until: string): Promise<string> {
  for (let text = "";;) {
    if (text.includes(until)) return text;
    const { done, value } = await reader.read();
    if (done) throw new Error(`The log ended with ${text} and without ${until}`);
    text += value;
  }
}

Deno.test("GET /v1/task/ID/logs/NAME.log is the log as text, large or small or not there yet", async () => {
  await using api = await startApi();
  using running = await startTask(api);
  const { id } = running.given;
  const fetchLog = async () => {
    const response = await api.fetch(pathOf(id));
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "text/plain; charset=utf-8");
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    const text = await response.text();
    assert.equal(response.headers.get("content-length"), String(text.length));
    return text;
  };
  assert.equal(await fetchLog(), "");
  await running.given.streamLog("main", ["hello\n"]);
  assert.equal(await fetchLog(), "hello\n");
  await running.given.streamLog("main", [LARGE]);
  assert.equal(await fetchLog(), `hello\n${LARGE}`);
});

Deno.test("A log is found whatever the name of its command is", async () => {
  const names = [
    "a/b",
    "über",
    "100%",
    "%41",
    "a b?c#d",
    "two\nlines",
    "..",
    "x.log",
    '"quoted" & <b>',
    "a\\b",
  ];
  await using api = await startApi();
  using running = await startTask(api, names);
  const { id } = running.given;
  for (const name of names) {
    await running.given.streamLog(name, [`of ${name}`]);
    const response = await api.fetch(pathOf(id, name));
    assert.equal(await response.text(), `of ${name}`);
  }
  for (const path of [pathOf(id, "nope"), `${pathOf(id)}x`, pathOf("1"), `/v1/task/${id}/logs/.log`]) {
    await answered(errorSchema, await api.fetch(path), 404);
  }
});

Deno.test("A log is read in ranges", async () => {
  await using api = await startApi();
  using running = await startTask(api);
  await running.given.streamLog("main", [LARGE]);
  const ask = (range: string) => api.fetch(pathOf(running.given.id), { headers: { range } });
  const size = LARGE.length;
  const parts: [string, number, number][] = [
    ["bytes=0-0", 0, 1],
    ["bytes=10-19", 10, 20],
    ["bytes=100-", 100, size],
    ["bytes=-7", size - 7, size],
    [`bytes=-${size * 2}`, 0, size],
    [`bytes=5-${size * 2}`, 5, size],
  ];
  for (const [range, start, end] of parts) {
    const response = await ask(range);
    assert.equal(response.status, 206);
    assert.equal(response.headers.get("content-range"), `bytes ${start}-${end - 1}/${size}`);
    assert.equal(await response.text(), LARGE.slice(start, end));
  }
  for (const range of [`bytes=${size}-`, "bytes=-0"]) {
    const response = await ask(range);
    assert.equal(response.headers.get("content-range"), `bytes */${size}`);
    assert.equal((await answered(errorSchema, response, 416)).error.code, "range_not_satisfiable");
  }
  for (const range of ["bytes=3-2", "bytes=0-1,3-4", "lines=1-2", "bytes=-"]) {
    const response = await ask(range);
    assert.equal(response.status, 200);
    assert.equal((await response.text()).length, size);
  }
});

Deno.test("HEAD tells of a log how large it is", async () => {
  await using api = await startApi();
  using running = await startTask(api);
  await running.given.streamLog("main", ["hello\n"]);
  const response = await api.fetch(pathOf(running.given.id), { method: "HEAD" });
  assert.equal(response.headers.get("content-length"), "6");
  assert.equal(await response.text(), "");
});

Deno.test("?follow=1 sends a log as it grows, and ends with its command", async () => {
  await using api = await startApi();
  using running = await startTask(api);
  const { given } = running;
  const response = await api.fetch(`${pathOf(given.id)}?follow=1`);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  for (const text of ["one\n", "two\n", LARGE, "last\n"]) {
    await given.streamLog("main", [text]);
    assert.equal(await readUntil(reader, text), text);
  }
  await end(given);
  assert.equal((await reader.read()).done, true);

  const whole = await api.fetch(`${pathOf(given.id)}?follow=1`);
  assert.equal(await whole.text(), `one\ntwo\n${LARGE}last\n`);
  const rest = await api.fetch(`${pathOf(given.id)}?follow=1&offset=${8 + LARGE.length}`);
  assert.equal(await rest.text(), "last\n");
});

Deno.test("A log that is followed starts over with the task when its worker is lost", async () => {
  await using api = await startApi();
  using running = await startTask(api);
  const { given, worker } = running;
  await given.streamLog("main", ["first try\n"]);
  const response = await api.fetch(`${pathOf(given.id)}?follow=1`);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  assert.equal(await readUntil(reader, "first try\n"), "first try\n");
  const again = await worker.takeTask({ runningTasks: [] });
  await again.started();
  await again.streamLog("main", ["second try\n"]);
  const text = await readUntil(reader, "second try\n");
  assert.match(text, /^The worker w1 .*: the task was queued again and starts over\nsecond try\n$/);
  await end(again);
  assert.equal((await reader.read()).done, true);
});

Deno.test("A log that is followed ends when its task is cancelled before it ran", async () => {
  await using api = await startApi();
  const build = await api.controller.builds.create({ tasks: [task()] });
  const response = await api.fetch(`${pathOf(build.tasks[0]?.id ?? "")}?follow=1`);
  const text = response.text();
  await api.controller.builds.cancel(build.id, "Not needed");
  assert.equal(await text, "");
});

Deno.test("A log that is followed breaks off when the API closes", async () => {
  await using api = await startApi();
  using running = await startTask(api);
  const response = await api.fetch(`${pathOf(running.given.id)}?follow=1`);
  api.api[Symbol.dispose]();
  await assert.rejects(response.text());
});
