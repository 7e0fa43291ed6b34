import type { WorkerOptions } from "./options/worker_options.ts";
import type { Standby } from "./standby/standby.ts";
import type { RunningTasks } from "./tasks/running_tasks.ts";
import type { UpstreamLinks } from "./upstream/upstream_links.ts";

/** One of a worker's resources. */
export interface ResourceUse {
  readonly name: string;
  readonly total: number;
  readonly used: number;
}

/** How a worker stands with one of its upstreams. */
export interface UpstreamState {
  readonly endpoint: string;
  readonly registered: boolean;
  /** Absent before the first. */
  readonly lastGoodPoll?: Date;
}

/** What a worker has while it runs. */
export interface RunningParts {
  readonly links: UpstreamLinks;
  readonly standby: Standby;
  readonly drain: AbortSignal;
}

/** Where the figures come from. */
export interface FigureSources {
  readonly options: () => WorkerOptions;
  readonly tasks: RunningTasks;
  /** Undefined before the worker runs and after. */
  readonly running: () => RunningParts | undefined;
}

/** How things are with a worker at the moment at which one looks. */
export class WorkerFigures {
  readonly #sources: FigureSources;

  constructor(sources: FigureSources) {
    this.#sources = sources;
  }

  /** How many tasks run now. */
  get runningTasks(): number {
    return this.#sources.tasks.size;
  }

  /** The worker's resources, and what tasks use of them now. */
  get resources(): ResourceUse[] {
    const totals = this.#sources.options().resources ?? {};
    const used = this.#sources.tasks.resourcesInUse();
    return Object.entries(totals).map(([name, total]) => ({ name, total, used: used[name] ?? 0 }));
  }

  /** How old the standby instance is, in seconds; undefined while there is none. */
  get standbyAge(): number | undefined {
    const age = this.#sources.running()?.standby.information?.ageSeconds;
    return age === undefined ? undefined : Number(age);
  }

  /** Its upstreams, while it runs. */
  get upstreams(): UpstreamState[] {
    const links = this.#sources.running()?.links ?? [];
    return [...links].map(({ session: { endpoint, registered, lastGoodPoll } }) => ({
      endpoint,
      registered,
      ...lastGoodPoll && { lastGoodPoll },
    }));
  }

  /** Whether it takes no more tasks. */
  get draining(): boolean {
    return this.#sources.running()?.drain.aborted ?? false;
  }
}
