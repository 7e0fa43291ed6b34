import type { Clock } from "../clock.ts";
import type { TaskStore } from "../store/task_store.ts";
import type { Pool } from "../workers/pool.ts";
import type { TaskQueue } from "../workers/task_queue.ts";
import { gauge, type MetricFamily } from "./metric_family.ts";

/** Figures of how things are now: the queue, tasks that have not ended, workers, and this process. */
export async function currentMetrics(
  { tasks, queue, pool, clock }: {
    readonly tasks: Pick<TaskStore, "countUndecided">;
    readonly queue: TaskQueue;
    readonly pool: Pool;
    readonly clock: Clock;
  },
): Promise<MetricFamily[]> {
  const now = clock.elapsed();
  const oldest = queue.since.values().reduce((left, right) => Math.min(left, right), now);
  const counts = await tasks.countUndecided();
  return [
    gauge("cirrus_queue_length", "Tasks that wait for a worker", queue.size),
    gauge(
      "cirrus_queue_oldest_wait_seconds",
      "How long the task has waited that waits longest",
      (now - oldest) / 1_000,
    ),
    {
      name: "cirrus_tasks",
      help: "Tasks that have not ended, by status",
      type: "gauge",
      samples: (["created", "triggered", "scheduled", "executing"] as const).map((status) => ({
        labels: { status },
        value: counts.get(status) ?? 0,
      })),
    },
    workerMetrics(pool),
    gauge("process_resident_memory_bytes", "Memory of the controller's process", Deno.memoryUsage().rss),
    gauge("process_start_time_seconds", "When the process started", performance.timeOrigin / 1_000),
  ];
}

function workerMetrics(pool: Pool): MetricFamily {
  const counts = { busy: 0, idle: 0, disabled: 0, away: 0 };
  for (const worker of pool.workers) {
    if (!pool.isLive(worker)) counts.away++;
    else if (worker.disabled) counts.disabled++;
    else counts[worker.taskIds.length > 0 ? "busy" : "idle"]++;
  }
  return {
    name: "cirrus_workers",
    help: "Workers that are not forgotten, by state: disabled ones are connected and get no tasks",
    type: "gauge",
    samples: Object.entries(counts).map(([state, value]) => ({ labels: { state }, value })),
  };
}
