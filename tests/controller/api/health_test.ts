import assert from "node:assert/strict";
import { errorSchema } from "../../../lib/controller/api/schemas.ts";
import { Status } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { task } from "../builds.ts";
import { RawWorker } from "../raw_worker.ts";
import { answered, type RunningApi, startApi } from "./running_api.ts";

/** A line of a sample: its name, its labels, its value. */
const SAMPLE =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)+\})? (NaN|[+-]Inf|-?[0-9.e+-]+)$/;

/** Reads metrics, each of which must be as the format wants it. */
async function metricsOf(api: RunningApi): Promise<Map<string, number>> {
  const response = await fetch(`${api.url}/metrics`);
  assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const text = await response.text();
  assert.ok(text.endsWith("\n"));
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  for (const line of text.trimEnd().split("\n")) {
    const [, type, name = "", rest = ""] = /^# (TYPE|HELP) (\S+) (.+)$/.exec(line) ?? [];
    if (type === "TYPE") {
      assert.ok(!types.has(name), `${name} is declared twice`);
      types.set(name, rest);
    } else if (type === undefined) {
      const [, sample = "", labels = "", value] = SAMPLE.exec(line) ?? assert.fail(line);
      const family = types.has(sample) ? sample : sample.replace(/_(bucket|sum|count)$/, "");
      assert.ok(types.has(family), `${line} has no type`);
      assert.ok(family === sample || types.get(family) === "histogram", line);
      assert.ok(!samples.has(`${sample}${labels}`), `${line} is there twice`);
      samples.set(`${sample}${labels}`, Number(value));
    }
  }
  return samples;
}

Deno.test("/livez and /readyz say that all is well, and /readyz when the store does not answer", async () => {
  await using api = await startApi();
  for (const path of ["/livez", "/readyz"]) {
    const response = await fetch(`${api.url}${path}`);
    assert.equal(response.status, 200);
    assert.equal(await response.text(), "ok\n");
  }
  await api.controller.close();
  const { error } = await answered(errorSchema, await fetch(`${api.url}/readyz`), 503);
  assert.equal(error.code, "unavailable");
  assert.equal((await fetch(`${api.url}/livez`)).status, 200);
});

Deno.test("/metrics counts what happens", async () => {
  await using api = await startApi({ holdMs: 1 });
  const before = await metricsOf(api);
  assert.equal(before.get('cirrus_workers{state="idle"}'), 0);
  assert.equal(before.get("cirrus_queue_length"), 0);
  assert.equal(before.get("cirrus_queue_oldest_wait_seconds"), 0);

  using worker = await RawWorker.connect(api.controller.endpoint, { name: 'w"1\\' });
  await worker.poll();
  const build = await api.controller.builds.create({
    tasks: [
      task({ id: 0 }),
      task({ id: 1, labels: { os: "none" } }),
      task({ id: 2, requires: [0] }),
      task({ id: 3, requires: [2] }),
    ],
  });
  const given = await worker.takeTask();
  await given.started();
  await given.streamLog("main", ["12345"]);
  const during = await metricsOf(api);
  assert.equal(during.get("cirrus_queue_length"), 1);
  assert.ok((during.get("cirrus_queue_oldest_wait_seconds") ?? 0) > 0);
  assert.equal(during.get('cirrus_tasks{status="created"}'), 2);
  assert.equal(during.get('cirrus_tasks{status="triggered"}'), 1);
  assert.equal(during.get('cirrus_tasks{status="executing"}'), 1);
  assert.equal(during.get('cirrus_workers{state="busy"}'), 1);
  assert.equal(during.get('cirrus_polls_total{answer="tasks"}'), 1);
  assert.ok((during.get('cirrus_polls_total{answer="nothing"}') ?? 0) >= 1);
  assert.equal(during.get("cirrus_log_bytes_total"), 5);
  assert.equal(during.get("cirrus_queue_wait_seconds_count"), 1);
  assert.equal(during.get('cirrus_queue_wait_seconds_bucket{le="+Inf"}'), 1);

  await given.finished([{ name: "main", status: Status.FAILED }]);
  await given.stopped();
  await api.post(`/v1/builds/${build.id}/cancel`).then((response) => response.body?.cancel());
  await fetch(`${api.url}/v1/builds`).then((response) => response.body?.cancel());
  const after = await metricsOf(api);
  assert.equal(after.get('cirrus_tasks_finished_total{status="failed"}'), 1);
  assert.equal(after.get('cirrus_tasks_finished_total{status="aborted"}'), 3);
  assert.equal(after.get('cirrus_tasks{status="created"}'), 0);
  for (const operation of ["statement", "transaction"]) {
    const count = (metrics: Map<string, number>) =>
      metrics.get(`cirrus_store_operation_duration_seconds_count{operation="${operation}"}`) ?? 0;
    assert.ok(count(after) > count(before));
  }
  const cancels = 'cirrus_http_requests_total{route="POST /v1/builds/{id}/cancel",status="200"}';
  assert.equal(after.get(cancels), 1);
  assert.equal(after.get('cirrus_http_requests_total{route="other",status="401"}'), 1);
  assert.equal(after.get('cirrus_http_requests_total{route="GET /metrics",status="200"}'), 2);
  assert.ok((after.get("process_resident_memory_bytes") ?? 0) > 1e6);
});
