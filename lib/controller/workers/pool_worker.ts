import type { WorkerRecord } from "../records.ts";
import type { WorkerCapacity } from "../scheduler/fit.ts";
import type { Resources } from "../scheduler/requirements.ts";

/** What a worker says about itself when it polls. */
export interface PollReport {
  readonly labels: ReadonlyMap<string, string>;
  readonly totals: Resources;
  /** All that runs there takes, tasks of other upstreams included. */
  readonly inUse: Resources;
  /** Ids of our tasks that the worker has. */
  readonly running: ReadonlySet<string>;
}

/** A task of ours that a worker has. */
export interface HeldTask {
  readonly taskId: string;
  readonly resources: Resources;
  /** The worker is to stop it. */
  readonly stop: boolean;
}

/** A worker of the pool, and what it has of ours. */
export class PoolWorker {
  readonly name: string;
  disabled: boolean;
  /** When it called last, by `Clock.elapsed`. */
  lastSeen: number;
  /** When it called last, in milliseconds since 1970. */
  lastSeenAt: number;
  /** Whether it went away in the middle of its last poll: another one may take its name at once. */
  cutOff = true;
  /** Whether a poll of it waits for an answer. */
  polling = false;
  /** Listed tasks that it was told to stop in the last answer. */
  told: ReadonlySet<string> = new Set();

  readonly #tasks = new Map<string, HeldTask>();
  /** What tasks that it said are over held; polls may still list them. */
  readonly #ended = new Map<string, Resources>();
  #labels: ReadonlyMap<string, string>;
  #totals: Resources;
  #otherUse: Resources = new Map();
  #strays: ReadonlySet<string> = new Set();

  constructor(record: WorkerRecord, elapsed: number) {
    this.name = record.name;
    this.disabled = record.disabled;
    this.lastSeenAt = record.lastSeenAt;
    this.lastSeen = elapsed;
    this.#labels = record.labels;
    this.#totals = record.resources;
  }

  get record(): WorkerRecord {
    const { name, disabled, lastSeenAt } = this;
    return { name, labels: this.#labels, resources: this.#totals, disabled, lastSeenAt };
  }

  /** Ids of the tasks that it has of ours. */
  get taskIds(): string[] {
    return [...this.#tasks.keys()];
  }

  /** Tasks that it has and that it must stop: those we want stopped, and those that are not its own any more. */
  get tasksToStop(): string[] {
    const unwanted = [...this.#tasks.values()].filter(({ stop }) => stop).map(({ taskId }) => taskId);
    return [...unwanted, ...this.#strays];
  }

  has(taskId: string): boolean {
    return this.#tasks.has(taskId);
  }

  add(task: HeldTask): void {
    this.#tasks.set(task.taskId, task);
    this.#ended.delete(task.taskId);
  }

  remove(taskId: string): void {
    this.#tasks.delete(taskId);
  }

  /** Whether the worker said of a task that it is over. */
  hasEnded(taskId: string): boolean {
    return this.#ended.has(taskId);
  }

  /** The worker said that a task is over. */
  ended(taskId: string, resources: Resources): void {
    this.#ended.set(taskId, resources);
  }

  /** Takes over what a poll says. Returns whether labels or resources changed. */
  update(report: PollReport): boolean {
    const { running } = report;
    for (const taskId of this.#ended.keys()) if (!running.has(taskId)) this.#ended.delete(taskId);
    this.#strays = new Set([...running].filter((id) => !this.has(id) && !this.hasEnded(id)));
    this.#otherUse = subtract(report.inUse, [
      ...[...this.#tasks.values()].filter(({ taskId }) => running.has(taskId)).map(({ resources }) =>
        resources
      ),
      ...this.#ended.values(),
    ]);
    const changed = !isEqual(this.#labels, report.labels) || !isEqual(this.#totals, report.totals);
    this.#labels = report.labels;
    this.#totals = report.totals;
    return changed;
  }

  capacity(): WorkerCapacity {
    const held = [...this.#tasks.values()].map(({ resources }) => resources);
    const withResources = held.filter(({ size }) => size > 0).length;
    return {
      name: this.name,
      labels: this.#labels,
      totals: this.#totals,
      inUse: add(this.#otherUse, held),
      tasksWithResources: withResources,
      // What we know nothing of may need the worker for itself.
      tasksWithoutResources: held.length - withResources + this.#strays.size,
      disabled: this.disabled,
    };
  }
}

function add(base: Resources, amounts: readonly Resources[]): Resources {
  const sum = new Map(base);
  for (const [name, amount] of amounts.flatMap((each) => [...each])) {
    sum.set(name, (sum.get(name) ?? 0) + amount);
  }
  return sum;
}

function subtract(base: Resources, amounts: readonly Resources[]): Resources {
  const taken = add(new Map(), amounts);
  return new Map([...base].map(([name, amount]) => [name, Math.max(0, amount - (taken.get(name) ?? 0))]));
}

function isEqual<T>(left: ReadonlyMap<string, T>, right: ReadonlyMap<string, T>): boolean {
  return left.size === right.size && [...left].every(([key, value]) => right.get(key) === value);
}
