import type { Logger } from "../logging/logger.ts";
import type { Implementation } from "../rpc/server.ts";
import { Builds } from "./builds/builds.ts";
import type { Clock } from "./clock.ts";
import { BuildWatchers } from "./events/build_watchers.ts";
import { IdSource } from "./id_source.ts";
import { CommandLogs, type LogName } from "./logs/command_logs.ts";
import { Logs } from "./logs/logs.ts";
import type { ControllerMetrics } from "./metrics/controller_metrics.ts";
import type { LogEvent } from "./records.ts";
import { Scheduler } from "./scheduler/scheduler.ts";
import type { ArtifactCallsOptions } from "./services/artifact_calls.ts";
import type { CacheCallsOptions } from "./services/cache_calls.ts";
import { ciService } from "./services/ci_service.ts";
import { Polls } from "./services/polls.ts";
import type { RegistrationTokens } from "./services/registration_tokens.ts";
import { TaskAccess } from "./services/task_access.ts";
import { workersService } from "./services/workers_service.ts";
import type { LogKey } from "./store/log_index.ts";
import type { Store } from "./store/store.ts";
import { Tasks } from "./tasks/tasks.ts";
import { TaskControl } from "./tasks/task_control.ts";
import { Watchdog, type WatchdogLimits } from "./tasks/watchdog.ts";
import { Assignment } from "./workers/assignment.ts";
import { Assignments } from "./workers/assignments.ts";
import { Dispatcher } from "./workers/dispatcher.ts";
import { explainWait, listWorkers, type WaitReason } from "./workers/explain_wait.ts";
import { Pool } from "./workers/pool.ts";
import { TaskQueue } from "./workers/task_queue.ts";
import { Workers } from "./workers/workers.ts";

export interface AssembleOptions extends WatchdogLimits {
  readonly store: Store;
  readonly logsDirectory: string;
  /** Rejects with `StoreFullError` when there is no space for more builds. */
  readonly requireSpace: () => Promise<void>;
  readonly caches: Omit<CacheCallsOptions, "builds">;
  readonly artifacts: Omit<ArtifactCallsOptions, "index" | "clock">;
  readonly tokens: RegistrationTokens;
  readonly metrics: ControllerMetrics;
  readonly maxTasksWithoutResources: number;
  readonly maxPasses: number;
  readonly holdMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The parts of a controller, at work. */
export interface Parts {
  readonly builds: Builds;
  readonly tasks: Tasks;
  readonly logs: CommandLogs;
  readonly workers: Workers;
  readonly storedLogs: Logs;
  readonly pool: Pool;
  readonly queue: TaskQueue;
  readonly dispatcher: Dispatcher;
  readonly watchdog: Watchdog;
  readonly services: readonly Implementation[];
}

/** Puts the parts of a controller together and gives them what was stored. */
export async function assemble(options: AssembleOptions): Promise<Parts> {
  const { store, clock, logger, metrics } = options;
  const { tasks } = store;
  const ids = new IdSource(clock, await store.builds.lastId());
  const logs = new Logs({ index: store.logs, directory: options.logsDirectory });
  await logs.removeLeftovers();
  const pool = await Pool.load(store.workers, { clock, logger });
  const assignments = new Assignments();

  const keyOf = async ({ taskId, command }: LogName): Promise<LogKey | undefined> => {
    const last = await tasks.lastAssignment(taskId);
    return last && { assignmentId: last.id, command };
  };
  const logOf = async (key: LogKey, taskId: string): Promise<LogEvent[]> => {
    const log = await logs.read(key, { offset: 0, length: 0 });
    return log ? [{ kind: "log", taskId, command: key.command, size: log.size }] : [];
  };
  const watchers = new BuildWatchers({
    builds: store.builds,
    logOf: async (taskId, command) => {
      const key = await keyOf({ taskId, command });
      return key ? (await logOf(key, taskId))[0] : undefined;
    },
    logsOf: async (buildId) => {
      const keys = await store.logs.ofBuild(buildId);
      return (await Promise.all(keys.map((key) => logOf(key, key.taskId)))).flat();
    },
  });
  const onMoved = (buildId: string) => watchers.moved(buildId);

  const queue = new TaskQueue({
    scheduler: new Scheduler({ ...options, isLocked: (lock) => assignments.isLocked(lock) }),
    clock,
    onAdded: () => {
      dispatcher.wake();
      watchdog.watch();
    },
  });
  const explain = (taskId: string): WaitReason[] | undefined => {
    const task = queue.find(taskId);
    return task && explainWait(task, { pool, queue, assignments, fit: options, now: clock.now() });
  };
  const dispatcher: Dispatcher = new Dispatcher({ ...options, tasks, queue, assignments, onMoved });
  const control = new TaskControl({ tasks, queue, assignments, dispatcher, metrics, clock, logger, onMoved });
  const watchdog: Watchdog = new Watchdog({
    ...options,
    assignments,
    queue,
    control,
    explain: (taskId) => listWorkers(explain(taskId) ?? []),
  });

  for (const record of await tasks.assigned()) {
    assignments.add(
      new Assignment(record, { worker: pool.remember(record.worker), elapsed: clock.elapsed() }),
    );
  }
  for (const task of await tasks.waiting()) queue.add(task);
  watchdog.watch();

  const access = new TaskAccess({ assignments, tasks });
  const polls = new Polls({ pool, dispatcher, control, queue, assignments, tasks, metrics });
  const services = [
    workersService({ tokens: options.tokens, pool, polls, access, control, logger }),
    ciService({
      access,
      control,
      tasks,
      caches: { ...options.caches, builds: store.builds },
      artifacts: { ...options.artifacts, index: store.artifacts, clock },
      logs,
      watchers,
      metrics,
      clock,
      logger,
    }),
  ];
  const { requireSpace } = options;
  return {
    builds: new Builds({ store: store.builds, ids, queue, control, watchers, clock, requireSpace }),
    tasks: new Tasks({ store: store.builds, ids, control, explain, requireSpace }),
    logs: new CommandLogs({ logs, keyOf, store: store.builds, watchers }),
    workers: new Workers({ pool, assignments, polls, fit: options }),
    storedLogs: logs,
    pool,
    queue,
    dispatcher,
    watchdog,
    services,
  };
}
