import { gunzipSync } from "node:zlib";
import { create, createFileRegistry, fromBinary, toBinary, toJson } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { z } from "zod";
import { withGrace } from "../../lib/async/grace.ts";
import type { CallContext } from "../../lib/rpc/call_context.ts";
import { Code } from "../../lib/rpc/code.ts";
import { RpcError } from "../../lib/rpc/rpc_error.ts";
import { implement, RpcServer } from "../../lib/rpc/server.ts";
import { hang } from "./upstream_workers.ts";

/** The official messages; see `tests/testdata/otlp/README.md`. */
const registry = createFileRegistry(
  fromBinary(
    FileDescriptorSetSchema,
    Deno.readFileSync(new URL("../testdata/otlp/metrics_service.binpb", import.meta.url)),
  ),
);
const SERVICE = required(registry.getService("opentelemetry.proto.collector.metrics.v1.MetricsService"));
const REQUEST = required(
  registry.getMessage("opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest"),
);
const RESPONSE = required(
  registry.getMessage("opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse"),
);

function required<T>(found: T | undefined): T {
  if (found === undefined) throw new Error("The descriptors of OTLP lack what is asked for");
  return found;
}

const nanoseconds = z.string().regex(/^[1-9]\d*$/).transform(BigInt);
const attributes = z.array(z.strictObject({
  key: z.string().min(1),
  value: z.union([
    z.strictObject({ stringValue: z.string() }).transform((value) => value.stringValue),
    z.strictObject({ intValue: z.string() }).transform((value) => Number(value.intValue)),
    z.strictObject({ doubleValue: z.number() }).transform((value) => value.doubleValue),
    z.strictObject({ boolValue: z.boolean() }).transform((value) => value.boolValue),
    z.strictObject({ arrayValue: z.unknown() }).transform(() => "array"),
  ]),
})).default([]).transform((list, context) => {
  const map = Object.fromEntries(list.map(({ key, value }) => [key, value]));
  if (Object.keys(map).length !== list.length) context.addIssue("An attribute is given twice");
  return map;
});
const point = { attributes, startTimeUnixNano: nanoseconds.optional(), timeUnixNano: nanoseconds };
const numberPoint = z.union([
  z.strictObject({ ...point, asInt: z.string() }).transform(({ asInt, ...rest }) => ({
    ...rest,
    value: Number(asInt),
    integer: true,
  })),
  z.strictObject({ ...point, asDouble: z.number() }).transform(({ asDouble, ...rest }) => ({
    ...rest,
    value: asDouble,
    integer: false,
  })),
]).refine(inOrder, "A point's start is after its time");
const histogramPoint = z.strictObject({
  ...point,
  count: z.string().transform(Number),
  sum: z.number().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  bucketCounts: z.array(z.string().transform(Number)).default([]),
  explicitBounds: z.array(z.number()).default([]),
}).refine(inOrder, "A point's start is after its time")
  .refine(
    (point) => point.bucketCounts.length === point.explicitBounds.length + 1,
    "Buckets and bounds disagree",
  )
  .refine(
    (point) => point.bucketCounts.reduce((a, b) => a + b, 0) === point.count,
    "Buckets and count disagree",
  )
  .refine(({ explicitBounds }) =>
    explicitBounds.every((bound, i) => i === 0 || bound > (explicitBounds[i - 1] ?? 0))
  )
  .transform((point) => ({ ...point, value: point.count, integer: true }));
const temporality = z.enum(["AGGREGATION_TEMPORALITY_CUMULATIVE", "AGGREGATION_TEMPORALITY_DELTA"]);

function inOrder(point: { startTimeUnixNano?: bigint | undefined; timeUnixNano: bigint }): boolean {
  return (point.startTimeUnixNano ?? 0n) <= point.timeUnixNano;
}

const described = {
  // Source: OpenTelemetry's "Metrics API", instrument name syntax and instrument unit.
  name: z.string().regex(/^[A-Za-z][-A-Za-z0-9_./]{0,254}$/),
  description: z.string().optional(),
  // deno-lint-ignore no-control-regex -- the specification allows all of ASCII
  unit: z.string().regex(/^[\x00-\x7f]{0,63}$/).default(""),
};
const metric = z.union([
  z.strictObject({ ...described, gauge: z.strictObject({ dataPoints: z.array(numberPoint).min(1) }) })
    .transform(({ gauge, ...rest }) => ({ ...rest, kind: "gauge" as const, points: gauge.dataPoints })),
  z.strictObject({
    ...described,
    sum: z.strictObject({
      dataPoints: z.array(numberPoint).min(1),
      aggregationTemporality: temporality,
      isMonotonic: z.literal(true),
    }),
  }).transform(({ sum, ...rest }) => ({
    ...rest,
    kind: "counter" as const,
    temporality: sum.aggregationTemporality,
    points: sum.dataPoints,
  })),
  z.strictObject({
    ...described,
    histogram: z.strictObject({
      dataPoints: z.array(histogramPoint).min(1),
      aggregationTemporality: temporality,
    }),
  }).transform(({ histogram, ...rest }) => ({
    ...rest,
    kind: "histogram" as const,
    temporality: histogram.aggregationTemporality,
    points: histogram.dataPoints,
  })),
]);
const request = z.strictObject({
  resourceMetrics: z.array(z.strictObject({
    resource: z.strictObject({ attributes }),
    schemaUrl: z.string().optional(),
    scopeMetrics: z.array(z.strictObject({
      scope: z.strictObject({ name: z.string().min(1), version: z.string().optional() }),
      schemaUrl: z.string().optional(),
      metrics: z.array(metric),
    })),
  })).min(1),
});

/** One metric as it arrived. */
export type ReceivedMetric = z.output<typeof metric>;

/** One export that the collector took. */
export interface ReceivedExport {
  readonly resource: Readonly<Record<string, unknown>>;
  readonly metrics: ReadonlyMap<string, ReceivedMetric>;
  /** Of HTTP or gRPC. */
  readonly headers: ReadonlyMap<string, string>;
  readonly compressed: boolean;
}

/** How long a test waits for an export before it fails. */
const WAIT_MS = 20_000;

/**
 * A collector of OTLP metrics on a real socket. It refuses what the specification refuses: another path, method or
 * content type, messages that are not the official ones, points that contradict themselves.
 */
export class OtlpCollector implements AsyncDisposable {
  readonly endpoint: string;
  readonly exports: ReceivedExport[] = [];
  /** Why it refused something. */
  readonly refusals: string[] = [];
  /** A test makes it misbehave: it answers with this status of HTTP, or never (over gRPC, too). */
  failure: number | "hang" | undefined;
  readonly #stop: () => Promise<void>;
  #arrived = Promise.withResolvers<void>();
  readonly #asked = Promise.withResolvers<void>();
  readonly #closing = Promise.withResolvers<Response>();

  private constructor(listen: (collector: OtlpCollector) => { endpoint: string; stop: () => Promise<void> }) {
    const { endpoint, stop } = listen(this);
    this.endpoint = endpoint;
    this.#stop = stop;
  }

  static http(certificate?: { readonly cert: string; readonly key: string }, port = 0): OtlpCollector {
    return new OtlpCollector((collector) => {
      const server = Deno.serve(
        { hostname: "127.0.0.1", port, onListen() {}, ...certificate },
        (request) => collector.#answer(request),
      );
      const endpoint = `${certificate ? "https" : "http"}://localhost:${server.addr.port}`;
      return { endpoint, stop: () => server.shutdown() };
    });
  }

  static async grpc(): Promise<OtlpCollector> {
    const far: { answer?: (message: Uint8Array, context: CallContext) => Promise<void> } = {};
    const server = await RpcServer.listen({
      hostname: "127.0.0.1",
      port: 0,
      services: [implement(SERVICE, {
        export: async (message: Parameters<typeof toBinary>[1], context: CallContext) => {
          await far.answer?.(toBinary(REQUEST, message), context);
          return create(RESPONSE);
        },
      })],
    });
    return new OtlpCollector((collector) => {
      far.answer = (message, context) => collector.#answerCall(message, context);
      return { endpoint: `http://localhost:${server.port}`, stop: () => server[Symbol.asyncDispose]() };
    });
  }

  /** Resolves once somebody has asked it to take metrics. */
  async asked(): Promise<void> {
    await withGrace("waiting for somebody to ask the collector", WAIT_MS, () => this.#asked.promise);
  }

  /** Resolves with the first export that fits. */
  async waitFor(fits: (received: ReceivedExport) => boolean): Promise<ReceivedExport> {
    const signal = AbortSignal.timeout(WAIT_MS);
    for (;;) {
      const found = this.exports.find(fits);
      if (found) return found;
      if (signal.aborted) {
        throw new Error(`No such export came; refused: ${this.refusals.join("; ") || "nothing"}`);
      }
      await Promise.race([
        this.#arrived.promise,
        new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true })),
      ]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.resolve(new Response(null, { status: 503 }));
    await this.#stop();
  }

  async #answerCall(message: Uint8Array, context: CallContext): Promise<void> {
    this.#asked.resolve();
    if (this.failure === "hang") return await hang(message, context);
    try {
      this.#take(message, { headers: context.metadata, compressed: false });
    } catch (error) {
      this.refusals.push(String(error));
      throw new RpcError(Code.INVALID_ARGUMENT, String(error));
    }
  }

  async #answer(request: Request): Promise<Response> {
    const body = new Uint8Array(await request.arrayBuffer());
    this.#asked.resolve();
    if (this.failure === "hang") return await this.#closing.promise;
    if (this.failure !== undefined) return new Response(null, { status: this.failure });
    const refuse = (status: number, why: string) => {
      this.refusals.push(why);
      return new Response(why, { status });
    };
    if (new URL(request.url).pathname !== "/v1/metrics") return refuse(404, `path ${request.url}`);
    if (request.method !== "POST") return refuse(405, `method ${request.method}`);
    const type = request.headers.get("content-type");
    if (type !== "application/x-protobuf") return refuse(415, `content type ${type}`);
    const encoding = request.headers.get("content-encoding");
    if (encoding !== null && encoding !== "gzip") return refuse(415, `content encoding ${encoding}`);
    try {
      this.#take(encoding === "gzip" ? gunzipSync(body) : body, {
        headers: new Map(request.headers),
        compressed: encoding === "gzip",
      });
    } catch (error) {
      return refuse(400, String(error));
    }
    return new Response(toBinary(RESPONSE, create(RESPONSE)), {
      headers: { "content-type": "application/x-protobuf" },
    });
  }

  #take(bytes: Uint8Array, how: Pick<ReceivedExport, "headers" | "compressed">): void {
    const message = fromBinary(REQUEST, bytes);
    if (message.$unknown?.length) throw new Error("The message has fields that OTLP does not know");
    const { resourceMetrics } = request.parse(toJson(REQUEST, message));
    for (const { resource, scopeMetrics } of resourceMetrics) {
      const metrics = scopeMetrics.flatMap((scope) => scope.metrics);
      const byName = new Map(metrics.map((metric) => [metric.name, metric]));
      if (byName.size !== metrics.length) throw new Error("A metric is given twice");
      this.exports.push({ resource: resource.attributes, metrics: byName, ...how });
    }
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers();
  }
}
