import type { PushMetricExporter } from "@opentelemetry/sdk-metrics";
import type { MakeExporter } from "./watched_exporter.ts";
import type { Protocol } from "./otel_settings.ts";

/** Loads what speaks a protocol. Endpoint, headers, compression and certificates are read from the environment by it. */
export async function loadPushExporter(protocol: Protocol): Promise<MakeExporter> {
  const make =
    (Exporter: new (options: { timeoutMillis?: number }) => PushMetricExporter): MakeExporter =>
    (timeoutMs) => new Exporter(timeoutMs === undefined ? {} : { timeoutMillis: timeoutMs });
  switch (protocol) {
    case "grpc":
      return make((await import("@opentelemetry/exporter-metrics-otlp-grpc")).OTLPMetricExporter);
    case "http/protobuf":
      return make((await import("@opentelemetry/exporter-metrics-otlp-proto")).OTLPMetricExporter);
    case "http/json":
      return make((await import("@opentelemetry/exporter-metrics-otlp-http")).OTLPMetricExporter);
  }
}
