import assert from "node:assert/strict";
import { join } from "node:path";
import { INSTRUMENTS } from "../../lib/telemetry/instruments.ts";
import { OtlpCollector } from "../fakes/otlp_collector.ts";
import { FakeUpstream, hang } from "../fakes/upstream_workers.ts";
import { requireEngine } from "../helpers/require_engine.ts";
import { playground } from "./playground.ts";
import { workerWithTask } from "./worker_with_task.ts";

/** Where a worker's log says that a path of its own is. */
function addressIn(log: string, path: string): string {
  return new RegExp(`${path} is at (http://127\\.0\\.0\\.1:\\d+/${path})`).exec(log)?.[1] ?? "";
}

/** A worker whose file opens both endpoints, and where they are. */
async function observedWorker(extra = "") {
  await using resources = new AsyncDisposableStack();
  const place = resources.use(await playground());
  await Deno.writeTextFile(
    join(place.project, "worker.yml"),
    `telemetry: {metrics: {listen: 0}}\nhealth: {listen: ":0"}\nresources: {gpu: 2}\n${extra}`,
  );
  const its = resources.use(await workerWithTask(place, "echo hello", ["-f", "worker.yml"]));
  const printed = await its.program.hasPrinted("readyz is at ", "stderr");
  const url = (path: string) => addressIn(printed, path);
  // A worker that ends waits for its task alone.
  resources.defer(async () => {
    its.program.kill("SIGKILL");
    await its.program.ended;
  });
  const owned = resources.move();
  return { ...its, url, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

Deno.test("a worker says at /livez that it lives, and at /readyz what it needs and has", async () => {
  await using its = await observedWorker();
  await its.upstream.next("taskStopped");
  const live = await fetch(its.url("livez"));
  assert.deepEqual([live.status, await live.json()], [200, { status: "live" }]);
  const ready = await fetch(its.url("readyz"));
  const { status, checks } = await ready.json();
  assert.deepEqual([ready.status, status], [200, "ready"], JSON.stringify(checks));
  const names = checks.map(({ name }: { name: string }) => name.split(" ", 1)[0]);
  assert.deepEqual(names, ["worker", "upstream", "disk", "disk"]);
  const missing = await fetch(its.url("livez").replace("livez", "health"));
  assert.deepEqual([missing.status, await missing.json()], [
    404,
    { error: "Nothing is here; known are /livez and /readyz" },
  ]);
});

Deno.test("a worker that is registered nowhere is not ready, and says why", async () => {
  await using place = await playground();
  await using upstream = await FakeUpstream.start();
  upstream.answers.register = hang;
  await Deno.writeTextFile(join(place.project, "worker.yml"), "health: {listen: 0}\n");
  const flags = [`--rpc-endpoint=${upstream.endpoint}`, "--token=x", "-f", "worker.yml"];
  const program = place.start(["worker", "run", ...flags]);
  const printed = await program.hasPrinted("readyz is at ", "stderr");
  await upstream.next("register");
  const answer = await fetch(addressIn(printed, "readyz"));
  const { status, checks } = await answer.json();
  assert.deepEqual([answer.status, status], [503, "not ready"]);
  const refused = checks.filter(({ ok }: { ok: boolean }) => !ok);
  assert.deepEqual(refused, [{ name: `upstream ${upstream.endpoint}`, ok: false, reason: "not registered" }]);
  program.kill("SIGKILL");
  await program.ended;
});

Deno.test({
  name: "Prometheus accepts the metrics of a worker",
  ...requireEngine("promtool"),
  async fn() {
    await using its = await observedWorker();
    await its.upstream.next("taskStopped");
    const answer = await fetch(its.url("metrics"));
    assert.equal(answer.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    const text = await answer.text();
    assert.match(text, /^org_cirruslabs_persistent_worker_tasks_count_total\{[^}]*\} 1$/m);
    assert.match(text, /^org_cirruslabs_persistent_worker_resources_unused_count\{name="gpu"[^}]*\} 2$/m);
    const check = new Deno.Command("promtool", {
      args: ["check", "metrics"],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = check.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
    const { code, stdout, stderr } = await check.output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    // Its style has no word for names that are the Go worker's; a text that cannot be read is another exit code.
    assert.ok(code === 0 || code === 3, said);
    assert.doesNotMatch(said, /error while linting|parsing/);
  },
});

Deno.test("the last figures of a worker reach the collector before its end", async () => {
  await using collector = OtlpCollector.http();
  await using place = await playground();
  await using its = await workerWithTask(place, "echo hello; exit 1", [], {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_METRIC_EXPORT_INTERVAL: "3600000",
  });
  await its.upstream.next("taskStopped");
  its.program.kill("SIGTERM");
  assert.equal((await its.program.ended).code, 0);
  assert.deepEqual(collector.refusals, []);
  const { metrics } = await collector.waitFor(() => true);
  const points = (instrument: { name: string }) => metrics.get(instrument.name)?.points ?? [];
  assert.deepEqual(points(INSTRUMENTS.tasks).map(({ value }) => value), [1]);
  assert.deepEqual(
    points(INSTRUMENTS.taskDuration).map(({ attributes }) => attributes),
    ["prepared", "first_line", "finished"].map((phase) => ({ phase, isolation: "none" })),
  );
  assert.ok((points(INSTRUMENTS.logBytes)[0]?.value ?? 0) >= "hello\n".length);
  assert.deepEqual(points(INSTRUMENTS.spool).map(({ value }) => value), [0]);
});

for (const protocol of ["http/protobuf", "grpc"]) {
  for (const [interval, when] of [["3600000", "at the end only"], ["100", "before the end, too"]] as const) {
    Deno.test(`a collector that never answers over ${protocol}, asked ${when}, does not hold a worker`, async () => {
      await using collector = protocol === "grpc" ? await OtlpCollector.grpc() : OtlpCollector.http();
      collector.failure = "hang";
      await using place = await playground();
      await using its = await workerWithTask(place, "echo hello", [], {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_METRIC_EXPORT_INTERVAL: interval,
        // The exporter itself is patient for an hour: what ends the wait is the worker.
        OTEL_EXPORTER_OTLP_TIMEOUT: "3600000",
      });
      await its.upstream.next("taskStopped");
      if (interval === "100") await collector.asked();
      its.program.kill("SIGTERM");
      await collector.asked();
      assert.equal((await its.program.ended).code, 0);
      assert.deepEqual([collector.exports, collector.refusals], [[], []]);
    });
  }
}

Deno.test("an address that is taken stops the start, and is named", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using place = await playground();
  await Deno.writeTextFile(join(place.project, "worker.yml"), `health: {listen: ${taken.addr.port}}\n`);
  const { code, stderr } = await place.run(
    ["worker", "run", "--rpc-endpoint=http://127.0.0.1:1", "--token=x", "-f", "worker.yml"],
  );
  assert.equal(code, 2);
  assert.match(stderr, new RegExp(`Could not listen on 127\\.0\\.0\\.1:${taken.addr.port}: `));
});
