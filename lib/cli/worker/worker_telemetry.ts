import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Logger } from "../../logging/logger.ts";
import { hostPlatform } from "../../machine/host_platform.ts";
import { readOtelSettings } from "../../telemetry/otel_settings.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import type { Observe, TelemetryEvent } from "../../telemetry/telemetry_event.ts";
import type { Worker } from "../../worker/worker.ts";
import type { Io } from "../io.ts";
import { VERSION } from "../version.ts";

/** A worker registers before what exports its metrics is loaded; one that cannot waits so long for that, in milliseconds. */
const LOAD_AFTER_MS = 2_000;

/** What the metrics of a worker need of the program. */
export interface WorkerTelemetryOptions {
  readonly io: Pick<Io, "environment">;
  /** Whether somebody may ask for the figures. */
  readonly pull: boolean;
  readonly logger: Logger;
}

/** A worker's metrics from its start to its end. What happens before they are loaded is counted then. */
export class WorkerTelemetry implements AsyncDisposable {
  readonly #options: WorkerTelemetryOptions;
  readonly #early: TelemetryEvent[] = [];
  readonly #begin = Promise.withResolvers<void>();
  #loaded: Promise<Telemetry | undefined> = Promise.resolve(undefined);
  #observe: Observe;

  constructor(options: WorkerTelemetryOptions) {
    this.#options = options;
    this.#observe = (event) => {
      this.#early.push(event);
      if (event.kind === "registered") this.#begin.resolve();
    };
  }

  /** To be given to the worker. */
  readonly observe: Observe = (event) => this.#observe(event);

  /** Exports the metrics of this worker from now on. */
  start(worker: Worker): void {
    const timer = setTimeout(this.#begin.resolve, LOAD_AFTER_MS);
    this.#loaded = this.#begin.promise.then(() => this.#load(worker)).finally(() => clearTimeout(timer));
  }

  /** The figures in Prometheus' text format. */
  async prometheusText(): Promise<string> {
    this.#begin.resolve();
    const telemetry = await this.#loaded;
    if (!telemetry) throw new Error("There are no metrics: see the worker's log");
    return await telemetry.prometheusText();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#begin.resolve();
    await (await this.#loaded)?.[Symbol.asyncDispose]();
  }

  async #load(worker: Worker): Promise<Telemetry | undefined> {
    const { io, pull, logger } = this.#options;
    const telemetry = await this.#startExport(worker, {
      settings: readOtelSettings(io.environment),
      pull,
      logger,
    });
    this.#observe = telemetry?.observe ?? (() => {});
    for (const event of this.#early.splice(0)) this.#observe(event);
    return telemetry;
  }

  async #startExport(
    worker: Worker,
    options: { settings: ReturnType<typeof readOtelSettings>; pull: boolean; logger: Logger },
  ): Promise<Telemetry | undefined> {
    const { os, arch } = hostPlatform();
    try {
      const { startTelemetry } = await import("../../telemetry/telemetry.ts");
      return await startTelemetry({
        ...options,
        resource: { serviceVersion: VERSION, hostArch: arch },
        sources: {
          runningTasks: () => worker.figures.runningTasks,
          resources: () => worker.figures.resources,
          standbyAge: () => worker.figures.standbyAge,
          build: { version: VERSION, "deno.version": Deno.version.deno, "os.type": os, "host.arch": arch },
        },
      });
    } catch (error) {
      // Without metrics a worker works all the same.
      options.logger.error(`metrics are not exported: ${errorMessage(error)}`);
      return undefined;
    }
  }
}
