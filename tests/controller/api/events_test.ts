import assert from "node:assert/strict";
import { buildEventSchema, errorSchema } from "../../../lib/controller/api/schemas.ts";
import { Status } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { task } from "../builds.ts";
import { RawWorker } from "../raw_worker.ts";
import { type SentEvent, sentEvents } from "./event_source.ts";
import { answered, startApi } from "./running_api.ts";

const parsed = (events: readonly SentEvent[]) =>
  events.filter(({ event }) => event !== undefined).map(({ data }) =>
    buildEventSchema.parse(JSON.parse(data))
  );

Deno.test("GET /v1/builds/ID/events tells what happened, then what happens, until the build has ended", async () => {
  await using api = await startApi();
  const { id } = await api.controller.builds.create({ tasks: [task()] });
  const reading = Array.fromAsync(sentEvents(api, id));
  using worker = await RawWorker.connect(api.controller.endpoint, { name: "w1" });
  const given = await worker.takeTask();
  await given.started();
  await given.streamLog("main", ["hello\n"]);
  await given.finished([{ name: "main", status: Status.COMPLETED, durationInNanos: 1_500_000n }]);
  const sent = await reading;
  assert.equal(sent[0]?.data, "retry: 1000");
  const events = parsed(sent);
  const told = events.map((event) => `${event.kind} ${event.kind === "log" ? event.size : event.status}`);
  assert.deepEqual(told.filter((line, n) => line !== told[n - 1]), [
    "task triggered",
    "build executing",
    "task scheduled",
    "task executing",
    "log 6",
    "command completed",
    "task completed",
    "build completed",
  ]);
  const command = events.find((event) => event.kind === "command");
  assert.deepEqual([command?.command, command?.durationMs], ["main", 1.5]);
  for (const { id, event, data } of sent.slice(1)) {
    const body = buildEventSchema.parse(JSON.parse(data));
    assert.equal(body.kind, event);
    assert.equal(id, body.kind === "log" ? undefined : String(body.seq));
  }
});

Deno.test("A stream of events goes on after the Last-Event-ID, and says when there is nothing to come back for", async () => {
  await using api = await startApi();
  const { id } = await api.controller.builds.create({ tasks: [task()] });
  await api.controller.builds.cancel(id, "Not needed");
  const all = (await Array.fromAsync(sentEvents(api, id))).filter((event) => event.id !== undefined);
  assert.equal(all.length, 4);
  for (const [seen, { id: last = "" }] of all.slice(0, -1).entries()) {
    const rest = await Array.fromAsync(sentEvents(api, id, last));
    assert.deepEqual(parsed(rest), parsed(all.slice(seen + 1)));
  }
  const headers = { "last-event-id": all.at(-1)?.id ?? "" };
  assert.equal((await api.fetch(`/v1/builds/${id}/events`, { headers })).status, 204);
});

Deno.test("Who comes back while the build runs is told what happened meanwhile", async () => {
  await using api = await startApi();
  const { id } = await api.controller.builds.create({ tasks: [task()] });
  let last: string | undefined;
  for await (const event of sentEvents(api, id)) {
    last = event.id ?? last;
    if (event.event === "build") break;
  }
  using worker = await RawWorker.connect(api.controller.endpoint, { name: "w1" });
  const given = await worker.takeTask();
  await given.started();
  await given.finished([{ name: "main", status: Status.FAILED }]);
  const events = parsed(await Array.fromAsync(sentEvents(api, id, last)));
  assert.deepEqual(events.map((event) => event.kind === "log" ? "log" : event.status), [
    "scheduled",
    "executing",
    "failed",
    "failed",
    "failed",
  ]);
});

Deno.test("A stream of events says with comments that it is alive", async () => {
  await using api = await startApi({ api: { keepaliveMs: 10 } });
  const { id } = await api.controller.builds.create({ tasks: [task()] });
  let comments = 0;
  for await (const { data, event } of sentEvents(api, id)) {
    if (data.startsWith(":")) comments++;
    if (comments === 3) await api.controller.builds.cancel(id, "Not needed");
    if (event === "build" && data.includes("aborted")) break;
  }
  assert.ok(comments >= 3);
});

Deno.test("A stream of events ends when the API closes, without the end of the build", async () => {
  await using api = await startApi();
  const { id } = await api.controller.builds.create({ tasks: [task()] });
  const seen = [];
  for await (const { event, data } of sentEvents(api, id)) {
    if (event === "build") api.api[Symbol.dispose]();
    seen.push(data);
  }
  assert.match(seen.at(-1) ?? "", /"kind":"build","status":"executing"/);
});

Deno.test("A stream of events wants a build and an id that there are", async () => {
  await using api = await startApi();
  await answered(errorSchema, await api.fetch("/v1/builds/1/events"), 404);
  const { id } = await api.controller.builds.create({ tasks: [task()] });
  const response = await api.fetch(`/v1/builds/${id}/events`, { headers: { "last-event-id": "x" } });
  assert.match((await answered(errorSchema, response, 400)).error.message, /Last-Event-ID/);
});
