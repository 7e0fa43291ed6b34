import { Counter } from "./counter.ts";
import { Histogram } from "./histogram.ts";
import type { MetricFamily } from "./metric_family.ts";

/** What a controller counts while it works. Figures of how things are now are read when somebody asks. */
export class ControllerMetrics {
  readonly polls = new Counter("cirrus_polls_total", "Polls of workers, by what they were answered", [
    { answer: "tasks" },
    { answer: "nothing" },
    { answer: "cut_off" },
  ]);
  readonly queueWait = new Histogram("cirrus_queue_wait_seconds", {
    help: "How long tasks waited until a worker was given them",
    bounds: [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600, 21_600, 86_400],
    labels: [{}],
  });
  readonly tasksFinished = new Counter("cirrus_tasks_finished_total", "Tasks that ended, by how", [
    { status: "completed" },
    { status: "failed" },
    { status: "aborted" },
  ]);
  readonly logBytes = new Counter("cirrus_log_bytes_total", "Bytes of logs that were taken in", [{}]);
  readonly storeDuration = new Histogram("cirrus_store_operation_duration_seconds", {
    help: "How long the store took, for one statement or a transaction of several",
    bounds: [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.05, 0.1, 0.5, 1],
    labels: [{ operation: "statement" }, { operation: "transaction" }],
  });

  families(): MetricFamily[] {
    const { polls, queueWait, tasksFinished, logBytes, storeDuration } = this;
    return [polls, queueWait, tasksFinished, logBytes, storeDuration].map((metric) => metric.family());
  }
}
