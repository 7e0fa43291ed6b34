import { within } from "../async/within.ts";
import type { Logger } from "../logging/logger.ts";
import type { GaugeSources } from "./metrics.ts";
import type { OtelSettings } from "./otel_settings.ts";
import type { Observe } from "./telemetry_event.ts";
import type { WatchedExporter } from "./watched_exporter.ts";

/** What the last export may take of the end of the program. */
const LAST_EXPORT_MS = 1_500;

/** Who the metrics are about, unless OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say otherwise. */
export interface TelemetryResource {
  readonly serviceVersion: string;
  /** In Go's spelling. */
  readonly hostArch: string;
}

export interface TelemetryOptions {
  readonly settings: OtelSettings;
  /** Whether somebody may ask for the figures, by `prometheusText`. */
  readonly pull: boolean;
  readonly resource: TelemetryResource;
  readonly sources: GaugeSources;
  readonly logger: Logger;
}

/** Metrics on their way to a collector, or to whoever asks. Disposing it sends the last figures, for 2 s at most. */
export interface Telemetry extends AsyncDisposable {
  readonly observe: Observe;
  /** The figures in Prometheus' text format. Rejects unless `pull` was set. */
  prometheusText(): Promise<string>;
}

/** Loads OpenTelemetry and starts to export. Undefined, and nothing is loaded, when nobody wants figures. */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry | undefined> {
  const { settings, pull, resource, sources, logger } = options;
  for (const problem of settings.problems) logger.warning(problem);
  if (!settings.push && !pull) return undefined;
  const [{ MeterProvider, PeriodicExportingMetricReader }, { createMetrics }, { SCOPE }] = await Promise.all([
    import("@opentelemetry/sdk-metrics"),
    import("./metrics.ts"),
    import("./instruments.ts"),
  ]);
  const exporter = settings.push ? await watchedExporter(options) : undefined;
  const prometheus = pull ? await prometheusReader() : undefined;
  const push = exporter && new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: settings.intervalMs,
    // The SDK refuses a timeout above the interval.
    exportTimeoutMillis: Math.min(settings.timeoutMs, settings.intervalMs),
  });
  const provider = new MeterProvider({
    resource: await describeResource(resource),
    readers: [push, prometheus?.reader].filter((reader) => reader !== undefined),
  });
  return {
    // Not the global provider: with OTEL_DENO=true that one is Deno's own.
    observe: createMetrics(provider.getMeter(SCOPE, resource.serviceVersion), sources),
    prometheusText: () =>
      prometheus?.text() ??
        Promise.reject(new Error("Metrics cannot be asked for: telemetry.metrics.listen is not set")),
    async [Symbol.asyncDispose]() {
      exporter?.hurry(LAST_EXPORT_MS);
      const ended = provider.shutdown().catch(() => {
        // The exporter has told why; the worker ends all the same.
      });
      await within(ended, LAST_EXPORT_MS);
    },
  };
}

async function watchedExporter({ settings, logger }: TelemetryOptions): Promise<WatchedExporter> {
  const [{ WatchedExporter }, { loadPushExporter }] = await Promise.all([
    import("./watched_exporter.ts"),
    import("./push_exporter.ts"),
  ]);
  return new WatchedExporter(await loadPushExporter(settings.protocol), {
    logger,
    collectorNamed: settings.collectorNamed,
  });
}

async function prometheusReader() {
  const { PrometheusExporter, PrometheusSerializer } = await import("@opentelemetry/exporter-prometheus");
  const reader = new PrometheusExporter({ preventServerStart: true });
  const serializer = new PrometheusSerializer();
  return { reader, text: async () => serializer.serialize((await reader.collect()).resourceMetrics) };
}

/** What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say wins over what the Go worker says of itself. */
async function describeResource({ serviceVersion, hostArch }: TelemetryResource) {
  const { detectResources, envDetector, resourceFromAttributes } = await import("@opentelemetry/resources");
  return resourceFromAttributes({
    "service.name": "cirrus-cli",
    "service.version": serviceVersion,
    "host.arch": hostArch,
  }).merge(detectResources({ detectors: [envDetector] }));
}
