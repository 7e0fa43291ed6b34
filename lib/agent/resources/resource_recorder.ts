import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ResourceUtilizationSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { AbortReason } from "../../async/abort_reason.ts";
import { delay } from "../../async/delay.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Logger } from "../../logging/logger.ts";
import type { Machine } from "../../machine/machine.ts";
import { type CpuTimes, parseProcMeminfo, parseProcStat } from "./proc_files.ts";

/** Short tasks are to show something, long ones are not to fill the report. */
const EARLY_MS = 1_000;
const LATE_MS = 10_000;
const LATE_FROM_MS = 60_000;

type ResourceUtilization = MessageInitShape<typeof ResourceUtilizationSchema>;
type Point = { secondsFromStart: number; value: number };

/**
 * Records how busy a machine is while a task runs in it, until disposed: processors in use and bytes of memory,
 * of the whole machine. Only where Linux tells it in files; a machine whose files cannot be read is not asked again.
 */
export class ResourceRecorder implements Disposable {
  readonly #machine: Machine;
  readonly #logger: Logger;
  readonly #stop = new AbortController();
  readonly #cpuChart: Point[] = [];
  readonly #memoryChart: Point[] = [];
  #cpuTotal = 0;
  #memoryTotal = 0;

  constructor(machine: Machine, options: { logger: Logger }) {
    this.#machine = machine;
    this.#logger = options.logger;
    if (machine.platform.os === "linux") this.#run();
  }

  /** What was recorded so far; undefined when nothing was. */
  get utilization(): ResourceUtilization | undefined {
    if (this.#memoryChart.length === 0) return undefined;
    return {
      cpuChart: this.#cpuChart,
      memoryChart: this.#memoryChart,
      cpuTotal: this.#cpuTotal,
      memoryTotal: this.#memoryTotal,
    };
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const startedAt = performance.now();
    try {
      let before: CpuTimes | undefined;
      while (!signal.aborted) {
        const elapsedMs = performance.now() - startedAt;
        before = await this.#sample(Math.floor(elapsedMs / 1000), before);
        await delay(elapsedMs < LATE_FROM_MS ? EARLY_MS : LATE_MS, { signal });
      }
    } catch (error) {
      if (!signal.aborted) this.#logger.debug(`Recording the use of resources: ${errorMessage(error)}`);
    }
  }

  async #sample(secondsFromStart: number, before: CpuTimes | undefined): Promise<CpuTimes> {
    const memory = parseProcMeminfo(await this.#read("/proc/meminfo"));
    const cpu = parseProcStat(await this.#read("/proc/stat"));
    this.#memoryTotal = memory.total;
    this.#cpuTotal = cpu.processors;
    this.#memoryChart.push({ secondsFromStart, value: memory.used });
    if (before && cpu.total > before.total) {
      const share = (cpu.busy - before.busy) / (cpu.total - before.total);
      this.#cpuChart.push({ secondsFromStart, value: share * cpu.processors });
    }
    return cpu;
  }

  async #read(path: string): Promise<string> {
    return await new Response(await this.#machine.files.read(path)).text();
  }

  [Symbol.dispose](): void {
    this.#stop.abort(new AbortReason("finished", "The task is over"));
  }
}
