import assert from "node:assert/strict";
import { readOtelSettings } from "../../lib/telemetry/otel_settings.ts";

const read = (variables: Readonly<Record<string, string>>) =>
  readOtelSettings(new Map(Object.entries(variables)));

Deno.test("without a variable, metrics go over HTTP once a minute to a collector that may not be there", () => {
  assert.deepEqual(read({}), {
    push: true,
    protocol: "http/protobuf",
    intervalMs: 60_000,
    timeoutMs: 30_000,
    collectorNamed: false,
    problems: [],
  });
});

Deno.test("a variable for metrics wins over the one for all signals", () => {
  assert.equal(
    read({ OTEL_EXPORTER_OTLP_PROTOCOL: "http/json", OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: "grpc" }).protocol,
    "grpc",
  );
});

Deno.test("an empty variable counts as not set", () => {
  assert.deepEqual(
    read({ OTEL_METRIC_EXPORT_INTERVAL: "", OTEL_EXPORTER_OTLP_PROTOCOL: " ", OTEL_SDK_DISABLED: "" }),
    read({}),
  );
});

for (
  const [name, value] of [
    ["OTEL_METRIC_EXPORT_INTERVAL", "soon"],
    ["OTEL_METRIC_EXPORT_INTERVAL", "0"],
    ["OTEL_METRIC_EXPORT_TIMEOUT", "-1"],
    ["OTEL_EXPORTER_OTLP_PROTOCOL", "http/xml"],
  ] as const
) {
  Deno.test(`${name}=${value} is named and counts as not set`, () => {
    const { problems, ...settings } = read({ [name]: value });
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? "", new RegExp(`^${name} is ignored: expected `));
    assert.deepEqual({ ...settings, problems: [] }, read({}));
  });
}

Deno.test("OTEL_SDK_DISABLED takes true in any case, and nothing else", () => {
  assert.equal(read({ OTEL_SDK_DISABLED: "TRUE" }).push, false);
  assert.equal(read({ OTEL_SDK_DISABLED: "1" }).push, true);
});

Deno.test("an exporter that is not known is named", () => {
  const { push, problems } = read({ OTEL_METRICS_EXPORTER: "otlp,console" });
  assert.equal(push, true);
  assert.deepEqual(problems, ['OTEL_METRICS_EXPORTER is ignored: expected otlp or none, got "console"']);
});
