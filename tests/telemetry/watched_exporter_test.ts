import assert from "node:assert/strict";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";
import { WatchedExporter } from "../../lib/telemetry/watched_exporter.ts";
import { RecordingLogger } from "../worker/recording_logger.ts";

const NO_METRICS = { resource: resourceFromAttributes({}), scopeMetrics: [] };

/** A collector in memory, whose shutdown takes until a test says so. */
class SlowExporter extends InMemoryMetricExporter {
  readonly shutdownMayEnd = Promise.withResolvers<void>();

  constructor(readonly timeoutMs: number | undefined) {
    super(AggregationTemporality.CUMULATIVE);
  }

  override async shutdown(): Promise<void> {
    await super.shutdown();
    await this.shutdownMayEnd.promise;
  }
}

/** A watched exporter, and those that it has made. */
function watched() {
  const made: SlowExporter[] = [];
  const exporter = new WatchedExporter((timeoutMs) => {
    const one = new SlowExporter(timeoutMs);
    made.push(one);
    return one;
  }, { logger: new RecordingLogger(), collectorNamed: true });
  return { exporter, made };
}

/** Whether an export of nothing succeeds. */
function takes(exporter: PushMetricExporter | undefined): Promise<boolean> {
  return new Promise((resolve) => exporter?.export(NO_METRICS, ({ code }) => resolve(code === 0)));
}

Deno.test("an exporter in a hurry exports by another one, with the bound that it was given", async () => {
  const { exporter, made } = watched();
  assert.equal(await takes(exporter), true);
  exporter.hurry(100);
  assert.equal(await takes(exporter), true);
  assert.deepEqual(made.map(({ timeoutMs }) => timeoutMs), [undefined, 100]);
  assert.deepEqual(made.map((one) => one.getMetrics().length), [1, 1]);
});

Deno.test("the exporter before the hurry is shut down, and waited for at the end", async () => {
  const { exporter, made } = watched();
  exporter.hurry(100);
  const [before, after] = made;
  assert.equal(await takes(before), false);
  assert.equal(await takes(after), true);
  let ended = false;
  const end = exporter.shutdown().then(() => ended = true);
  after?.shutdownMayEnd.resolve();
  // Whatever is not waited for has happened by then.
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(ended, false);
  before?.shutdownMayEnd.resolve();
  await end;
});

Deno.test("an exporter that cannot be shut down does not keep the last one from its end", async () => {
  const { exporter, made } = watched();
  exporter.hurry(100);
  made[0]?.shutdownMayEnd.reject(new Error("connection reset"));
  made[1]?.shutdownMayEnd.resolve();
  await exporter.shutdown();
});
