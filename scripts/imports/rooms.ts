/** A room of `lib/` and what of the rest it may import. */
export interface Room {
  /** A room imports only rooms of lower levels. */
  readonly level: number;
  /** Narrows that: the rooms (`isolation`) and single files (`isolation/isolation.ts`) it may import. */
  readonly only?: readonly string[];
  /** Narrows that: rooms it must not import although they are below it. */
  readonly never?: readonly string[];
}

const TOOLS = ["units", "async", "logging", "diagnostics"];

/** The rooms, as CONTRIBUTING.md describes them. */
export const ROOMS: Readonly<Record<string, Room>> = {
  units: { level: 0 },
  async: { level: 0 },
  logging: { level: 0 },
  diagnostics: { level: 0 },
  process: { level: 1 },
  rpc: { level: 1 },
  telemetry: { level: 1 },
  pipeline: { level: 1 },
  machine: { level: 2 },
  isolation: { level: 3 },
  agent: { level: 3 },
  security: { level: 4, only: [...TOOLS, "isolation/isolation.ts"] },
  controller: { level: 4, never: ["machine", "isolation", "agent"] },
  worker: { level: 5, never: ["controller"] },
  config: { level: 6 },
  cli: { level: 7 },
};

/** The lowest level that may import the generated code of `proto/`. */
export const PROTO_LEVEL = 1;

/** Packages and modules that have one home, so that only that room has to change when they do. */
export const HOMES: Readonly<Record<string, string>> = {
  "@grpc/grpc-js": "rpc",
  "@logtape/logtape": "logging",
  "@opentelemetry/api": "telemetry",
  "@opentelemetry/exporter-metrics-otlp-grpc": "telemetry",
  "@opentelemetry/exporter-metrics-otlp-http": "telemetry",
  "@opentelemetry/exporter-metrics-otlp-proto": "telemetry",
  "@opentelemetry/exporter-prometheus": "telemetry",
  "@opentelemetry/resources": "telemetry",
  "@opentelemetry/sdk-metrics": "telemetry",
  "@stricli/core": "cli",
  hono: "controller",
  re2js: "pipeline",
  ssh2: "machine",
  "node:child_process": "process",
  "node:http2": "rpc",
  "node:sqlite": "controller",
};
