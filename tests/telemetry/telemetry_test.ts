import assert from "node:assert/strict";
import { withGrace } from "../../lib/async/grace.ts";
import { readOtelSettings } from "../../lib/telemetry/otel_settings.ts";
import { INSTRUMENTS, SCOPE } from "../../lib/telemetry/instruments.ts";
import type { GaugeSources } from "../../lib/telemetry/metrics.ts";
import { startTelemetry } from "../../lib/telemetry/telemetry.ts";
import type { TelemetryEvent } from "../../lib/telemetry/telemetry_event.ts";
import { OtlpCollector } from "../fakes/otlp_collector.ts";
import { TestAuthority } from "../helpers/tls_certificates.ts";
import { RecordingLogger } from "../worker/recording_logger.ts";

const SOURCES: GaugeSources = {
  runningTasks: () => 2,
  resources: () => [{ name: "cpu", used: 1.5, total: 4 }],
  standbyAge: () => 12.5,
  build: { version: "1.2.3" },
};

/** How long a test waits for telemetry to end before it fails. */
const WAIT_MS = 20_000;

const INSTANCE = { image: "ghcr.io/cirruslabs/macos:latest", type: "tart", cpus: 4 };

/** Every kind of event, once. */
const EVENTS: readonly TelemetryEvent[] = [
  { kind: "task assigned" },
  { kind: "task reached", phase: "prepared", isolation: "tart", seconds: 2 },
  { kind: "task failed", isolation: "tart", cause: "preparation" },
  { kind: "registered", upstream: "http://ci" },
  { kind: "polled", upstream: "http://ci", seconds: 0.2 },
  { kind: "log kept", bytes: 100 },
  { kind: "log forgotten", bytes: 40 },
  { kind: "image used", instance: INSTANCE },
  { kind: "image pulled", image: INSTANCE.image, type: "tart", seconds: 30, failed: false },
  { kind: "standby taken", hit: true, instance: INSTANCE },
  { kind: "standby taken", hit: false, instance: INSTANCE },
  { kind: "standby booted", seconds: 20 },
  { kind: "leftover removed", resource: "vm" },
];

/** Starts telemetry in an environment, which its exporters read from the process. */
async function start(variables: Readonly<Record<string, string>>, options: { pull?: boolean } = {}) {
  const before = new Map(Object.keys(variables).map((name) => [name, Deno.env.get(name)]));
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  const logger = new RecordingLogger();
  const telemetry = await startTelemetry({
    settings: readOtelSettings(new Map(Object.entries(variables))),
    pull: false,
    resource: { serviceVersion: "1.2.3", hostArch: "arm64" },
    sources: SOURCES,
    logger,
    ...options,
  });
  return {
    telemetry,
    logger,
    async [Symbol.asyncDispose]() {
      await telemetry?.[Symbol.asyncDispose]();
      for (const [name, value] of before) {
        value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
      }
    },
  };
}

for (const protocol of ["http/protobuf", "grpc"] as const) {
  Deno.test(`a collector gets every metric by its name, kind, unit and attributes over ${protocol}`, async () => {
    await using collector = protocol === "grpc" ? await OtlpCollector.grpc() : OtlpCollector.http();
    {
      await using started = await start({
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      });
      for (const event of EVENTS) started.telemetry?.observe(event);
    }
    // The end of the worker sends the last figures.
    const { resource, metrics } = await collector.waitFor(() => true);
    assert.deepEqual(collector.refusals, []);
    assert.deepEqual(resource, {
      "service.name": "cirrus-cli",
      "service.version": "1.2.3",
      "host.arch": "arm64",
    });
    assert.deepEqual([...metrics.keys()].sort(), Object.values(INSTRUMENTS).map(({ name }) => name).sort());
    for (const { name, kind, unit, number, attributes } of Object.values(INSTRUMENTS)) {
      const metric = metrics.get(name);
      assert.equal(metric?.kind, kind, name);
      assert.equal(metric?.unit, unit, name);
      if (kind !== "histogram") assert.equal(metric?.points[0]?.integer, number === "int", name);
      const names = Object.keys(metric?.points[0]?.attributes ?? {});
      assert.ok(names.every((attribute) => (attributes as readonly string[]).includes(attribute)), name);
    }
    const value = (name: string) => metrics.get(`${SCOPE}.${name}`)?.points.map((point) => point.value);
    assert.deepEqual(value("tasks.running_count"), [2]);
    assert.deepEqual(value("resources.unused_count"), [2.5]);
    assert.deepEqual(value("log.io"), [100]);
    assert.deepEqual(value("log.spool.usage"), [60]);
    assert.deepEqual(metrics.get(`${SCOPE}.standby.hit`)?.points[0]?.attributes, {
      image: INSTANCE.image,
      instance_type: "tart",
      instance_cpus: 4,
    });
  });
}

Deno.test("service, resource, headers, compression and temporality are those of the environment", async () => {
  await using collector = OtlpCollector.http();
  {
    await using started = await start({
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${collector.endpoint}/v1/metrics`,
      OTEL_EXPORTER_OTLP_HEADERS: "api-key=a%20b",
      OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "delta",
      OTEL_SERVICE_NAME: "rack-1",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment=prod,host.arch=riscv64",
    });
    started.telemetry?.observe({ kind: "task assigned" });
  }
  const { resource, headers, compressed, metrics } = await collector.waitFor(() => true);
  assert.equal(resource["service.name"], "rack-1");
  assert.equal(resource["deployment.environment"], "prod");
  assert.equal(resource["host.arch"], "riscv64");
  assert.equal(headers.get("api-key"), "a b");
  assert.equal(compressed, true);
  const tasks = metrics.get(INSTRUMENTS.tasks.name);
  assert.equal(tasks?.kind === "counter" && tasks.temporality, "AGGREGATION_TEMPORALITY_DELTA");
});

Deno.test("a collector with a certificate of one's own is trusted by OTEL_EXPORTER_OTLP_CERTIFICATE", async () => {
  await using authority = await TestAuthority.create();
  await using collector = OtlpCollector.http(await authority.issue("DNS:localhost"));
  {
    await using started = await start({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_EXPORTER_OTLP_CERTIFICATE: authority.caFile,
    });
    started.telemetry?.observe({ kind: "task assigned" });
  }
  await collector.waitFor(({ metrics }) => metrics.has(INSTRUMENTS.tasks.name));
});

Deno.test("figures are exported at the interval that is asked for", async () => {
  await using collector = OtlpCollector.http();
  await using _started = await start({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_METRIC_EXPORT_INTERVAL: "50",
  });
  await collector.waitFor(() => collector.exports.length >= 2);
});

Deno.test("a collector that fails and works again is logged once each time", async () => {
  await using collector = OtlpCollector.http();
  collector.failure = 400;
  await using started = await start({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_METRIC_EXPORT_INTERVAL: "50",
  });
  await started.logger.line(/^warning metrics do not reach the collector: /);
  collector.failure = undefined;
  await started.logger.line(/^info metrics reach the collector again/);
  collector.failure = 400;
  await started.logger.line(/^warning metrics do not reach/);
  assert.ok(started.logger.lines.length <= 3, started.logger.lines.join("\n"));
});

Deno.test("a collector that nobody named and is not there is worth no warning", async () => {
  // The exporter tries again for as long as its timeout allows.
  const started = await start({ OTEL_METRIC_EXPORT_INTERVAL: "50", OTEL_EXPORTER_OTLP_TIMEOUT: "500" });
  await started.logger.line(/^debug metrics do not reach the collector/);
  await started[Symbol.asyncDispose]();
  assert.deepEqual(started.logger.lines.filter((line) => !line.startsWith("debug")), []);
});

for (const failure of ["hang", 503] as const) {
  Deno.test(`a collector that answers ${failure === "hang" ? "never" : failure} does not hold up the end`, async () => {
    await using collector = OtlpCollector.http();
    collector.failure = failure;
    const started = await start({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      // The exporter itself is patient for an hour.
      OTEL_EXPORTER_OTLP_TIMEOUT: "3600000",
    });
    started.telemetry?.observe({ kind: "task assigned" });
    await withGrace("waiting for the end of telemetry", WAIT_MS, () => started[Symbol.asyncDispose]());
  });
}

for (const variables of [{ OTEL_SDK_DISABLED: "true" }, { OTEL_METRICS_EXPORTER: "none" }]) {
  Deno.test(`nothing is exported with ${Object.entries(variables).flat().join("=")}`, async () => {
    await using started = await start(variables);
    assert.equal(started.telemetry, undefined);
  });
}

Deno.test("nothing of OpenTelemetry is loaded while metrics are off", async () => {
  // The packages ask for `process.env` when they are loaded, and nothing else here does.
  const loaded = async (push: boolean) => {
    const source = `
      const { startTelemetry } = await import(${JSON.stringify(TELEMETRY)});
      let asked = false;
      const { default: process } = await import("node:process");
      const env = process.env;
      Object.defineProperty(process, "env", { get: () => (asked = true, env) });
      const logger = { debug() {}, info() {}, warning() {}, error() {} };
      const settings = { push: ${push}, protocol: "http/protobuf", intervalMs: 60000, timeoutMs: 1000, problems: [] };
      const sources = { runningTasks: () => 0, resources: () => [], standbyAge: () => undefined, build: {} };
      await startTelemetry({ settings, pull: false, resource: { serviceVersion: "1", hostArch: "x" }, sources, logger });
      console.log(asked);
      Deno.exit();
    `;
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", source] }).output();
    return new TextDecoder().decode(stdout).trim();
  };
  assert.equal(await loaded(true), "true");
  assert.equal(await loaded(false), "false");
});

const TELEMETRY = new URL("../../lib/telemetry/telemetry.ts", import.meta.url).href;
