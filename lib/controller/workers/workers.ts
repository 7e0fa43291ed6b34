import type { Task } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { TaskRecord, WorkerRecord } from "../records.ts";
import type { FitOptions } from "../scheduler/fit.ts";
import { requirementsOf } from "../scheduler/requirements.ts";
import type { Polls } from "../services/polls.ts";
import type { Assignments } from "./assignments.ts";
import type { Pool } from "./pool.ts";
import { whyNobodyFits } from "./why_nobody_fits.ts";

/** A worker, and what it has of ours. */
export interface WorkerStatus extends WorkerRecord {
  /** Whether it is connected. */
  readonly live: boolean;
  /** What is taken of its resources, by tasks of other upstreams too. */
  readonly resourcesInUse: ReadonlyMap<string, number>;
  /** The tasks that it has. */
  readonly tasks: readonly Pick<TaskRecord, "id" | "buildId" | "name">[];
}

/** The workers of a controller: to list, disable and forget them, and to ask what they could run. */
export class Workers {
  readonly #pool: Pool;
  readonly #assignments: Assignments;
  readonly #polls: Polls;
  readonly #fit: FitOptions;

  constructor(options: { pool: Pool; assignments: Assignments; polls: Polls; fit: FitOptions }) {
    this.#pool = options.pool;
    this.#assignments = options.assignments;
    this.#polls = options.polls;
    this.#fit = options.fit;
  }

  /** The workers that ever polled, those that are away too. */
  list(): WorkerStatus[] {
    return [...this.#pool.workers].map((worker) => ({
      ...worker.record,
      live: this.#pool.isLive(worker),
      resourcesInUse: worker.capacity().inUse,
      tasks: worker.taskIds.flatMap((id) => {
        const record = this.#assignments.find(id)?.record;
        return record ? [{ id, buildId: record.buildId, name: record.definition.name }] : [];
      }),
    }));
  }

  /** Why no worker that was ever here can take a task for workers; undefined when one can. */
  whyNobodyFits(task: Task): string | undefined {
    return whyNobodyFits(requirementsOf(task), { workers: this.#pool.workers, fit: this.#fit });
  }

  /** Says whether a worker is given tasks; what it runs goes on. False when there is no such worker. */
  async setDisabled(name: string, disabled: boolean): Promise<boolean> {
    const worker = this.#pool.find(name);
    if (worker) await this.#polls.setDisabled(worker, disabled);
    return worker !== undefined;
  }

  /** Forgets a worker that is away and has no task; false when it is not so. */
  forget(name: string): Promise<boolean> {
    return this.#pool.forget(name);
  }
}
