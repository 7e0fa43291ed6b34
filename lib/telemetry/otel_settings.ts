/** How metrics leave the process. */
export type Protocol = "grpc" | "http/protobuf" | "http/json";

/** What OpenTelemetry's environment variables ask for, as far as the SDK leaves them to us. */
export interface OtelSettings {
  /** Whether metrics are pushed to a collector. */
  readonly push: boolean;
  readonly protocol: Protocol;
  /** Milliseconds between two exports. */
  readonly intervalMs: number;
  /** Milliseconds that one export may take. */
  readonly timeoutMs: number;
  /** Whether a collector was named: one that was not may well not be there. */
  readonly collectorNamed: boolean;
  /** What could not be understood, for the log. */
  readonly problems: readonly string[];
}

const PROTOCOLS: readonly Protocol[] = ["grpc", "http/protobuf", "http/json"];

/**
 * Reads the variables. Sources: OpenTelemetry's "Environment Variable Specification" and "OpenTelemetry Protocol
 * Exporter"; a value that cannot be understood is named and counts as not set, as they ask for.
 */
export function readOtelSettings(environment: Pick<ReadonlyMap<string, string>, "get">): OtelSettings {
  const problems: string[] = [];
  // An empty value counts as not set.
  const read = (...names: readonly string[]) => {
    for (const name of names) {
      const value = environment.get(name)?.trim();
      if (value) return { name, value };
    }
    return undefined;
  };
  const problem = (name: string, expected: string) => {
    problems.push(`${name} is ignored: expected ${expected}`);
    return undefined;
  };
  const milliseconds = (name: string) => {
    const value = read(name)?.value;
    if (value === undefined || /^[1-9]\d{0,8}$/.test(value)) return value && Number(value);
    return problem(name, "a number of milliseconds");
  };
  const protocol = () => {
    const found = read("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL");
    if (!found) return undefined;
    return PROTOCOLS.find((known) => known === found.value) ?? problem(found.name, PROTOCOLS.join(", "));
  };
  const exporters = () => {
    const value = read("OTEL_METRICS_EXPORTER")?.value ?? "otlp";
    const names = value.split(",").map((name) => name.trim());
    for (const name of names) {
      if (name !== "otlp" && name !== "none") problem("OTEL_METRICS_EXPORTER", `otlp or none, got "${name}"`);
    }
    return names;
  };
  return {
    push: read("OTEL_SDK_DISABLED")?.value.toLowerCase() !== "true" && exporters().includes("otlp"),
    protocol: protocol() ?? "http/protobuf",
    intervalMs: milliseconds("OTEL_METRIC_EXPORT_INTERVAL") || 60_000,
    timeoutMs: milliseconds("OTEL_METRIC_EXPORT_TIMEOUT") || 30_000,
    collectorNamed: read("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT") !== undefined,
    problems,
  };
}
