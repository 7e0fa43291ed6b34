import type { PushMetricExporter } from "@opentelemetry/sdk-metrics";
import { errorMessage } from "../diagnostics/error_message.ts";
import type { Logger } from "../logging/logger.ts";

/** How an exporter is made; a time in milliseconds bounds each of its exports more tightly than the environment does. */
export type MakeExporter = (timeoutMs?: number) => PushMetricExporter;

/** What is asked of a `WatchedExporter`. */
export interface WatchedExporterOptions {
  readonly logger: Logger;
  /** False says nothing of a collector that was never there. */
  readonly collectorNamed: boolean;
}

/**
 * Exports, and says in the log once when the collector stops taking metrics and once when it takes them again. An
 * exporter waits and tries again by itself, which must not hold up the end of the worker: the last export is made by
 * another one, that does not.
 */
export class WatchedExporter implements PushMetricExporter {
  readonly #make: MakeExporter;
  readonly #options: WatchedExporterOptions;
  #exporter: PushMetricExporter;
  /** Settles once the exporter that `hurry` replaced has given up what it holds. */
  #replaced: Promise<void> = Promise.resolve();
  #state: "unknown" | "up" | "down" = "unknown";

  constructor(make: MakeExporter, options: WatchedExporterOptions) {
    this.#make = make;
    this.#options = options;
    this.#exporter = make();
  }

  /** Exports that begin from now on may take so many milliseconds at most. */
  hurry(timeoutMs: number): void {
    const replaced = this.#exporter;
    this.#exporter = this.#make(timeoutMs);
    // What its last export came to has been told to whoever asked for that.
    this.#replaced = replaced.shutdown().catch(() => {});
  }

  export(...[metrics, done]: Parameters<PushMetricExporter["export"]>): void {
    this.#exporter.export(metrics, (result) => {
      this.#note(result.code === 0 ? undefined : result.error ?? new Error("it does not say why"));
      done(result);
    });
  }

  selectAggregationTemporality(
    ...[instrument]: Parameters<NonNullable<PushMetricExporter["selectAggregationTemporality"]>>
  ) {
    return this.#exporter.selectAggregationTemporality?.(instrument) ?? CUMULATIVE;
  }

  forceFlush(): Promise<void> {
    return this.#exporter.forceFlush();
  }

  async shutdown(): Promise<void> {
    await Promise.all([this.#exporter.shutdown(), this.#replaced]);
  }

  #note(failure: Error | undefined): void {
    const before = this.#state;
    this.#state = failure ? "down" : "up";
    if (before === this.#state) return;
    const { logger, collectorNamed } = this.#options;
    if (failure) {
      const level = before === "up" || collectorNamed ? "warning" : "debug";
      logger[level](`metrics do not reach the collector: ${errorMessage(failure)}; they are tried again`);
    } else if (before === "down") logger.info("metrics reach the collector again");
  }
}

/** `AggregationTemporality.CUMULATIVE`, what exporters without a choice want. */
const CUMULATIVE = 1;
