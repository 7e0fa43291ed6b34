import { AbortReason } from "../../async/abort_reason.ts";
import type { StandbyInstanceParameters } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { Logger } from "../../logging/logger.ts";
import { Disablement } from "./disablement.ts";
import type { Observe } from "../../telemetry/telemetry_event.ts";
import type { OwnerLedger } from "../ownership/owner_ledger.ts";
import type { RunningTasks } from "../tasks/running_tasks.ts";
import type { StandbyInformation } from "../standby/standby.ts";
import { UpstreamLoop } from "./upstream_loop.ts";
import { UpstreamSession, type WorkerInfo } from "./upstream_session.ts";
import type { UpstreamOptions } from "../options/worker_options.ts";
import type { Assignment } from "../tasks/assignment.ts";

export interface UpstreamLinksOptions {
  /** The worker's name. */
  readonly name: string;
  readonly tasks: RunningTasks;
  readonly ledger: Pick<OwnerLedger, "claim">;
  /** Labels and totals, asked for anew with every call. */
  readonly info: () => WorkerInfo;
  /** The warm standby instances, asked for anew with every poll. */
  readonly standby: () => readonly StandbyInformation[];
  /** Starts a task that does not run yet. */
  readonly start: (task: Assignment, session: UpstreamSession, logger: Logger) => void;
  /** An upstream wants other standby instances to be kept; at least one. */
  readonly onStandby: (parameters: readonly StandbyInstanceParameters[], logger: Logger) => void;
  /** The upstreams of a running worker are others now. */
  readonly onChange: () => void;
  /** An upstream has registered the worker. */
  readonly onRegistered: () => void;
  /** An upstream wants the worker to end. */
  readonly onShutdown: () => void;
  readonly observe: Observe;
  readonly logger: Logger;
}

/** One upstream of a worker. */
export interface UpstreamLink {
  readonly session: UpstreamSession;
  readonly disablement: Disablement;
}

interface Link extends UpstreamLink {
  upstream: UpstreamOptions;
  readonly loop: UpstreamLoop;
  /** Aborted once the worker wants no more of its tasks. */
  readonly leave: AbortController;
  /** Settles when it is closed, where that has begun. */
  closed?: Promise<void>;
}

/** An upstream and the session there, which is not registered yet. */
export interface OpenedSession {
  readonly upstream: UpstreamOptions;
  readonly session: UpstreamSession;
}

/** Opens the sessions of a worker: all, or none where one upstream cannot be used. */
export async function openSessions(
  upstreams: readonly UpstreamOptions[],
  name: string,
): Promise<OpenedSession[]> {
  await using opened = new AsyncDisposableStack();
  const sessions: OpenedSession[] = [];
  for (const upstream of upstreams) {
    sessions.push({ upstream, session: opened.use(await UpstreamSession.open(upstream, name)) });
  }
  opened.move();
  return sessions;
}

/** How the polling of all upstreams is ended. */
interface Signals {
  readonly drain: AbortSignal;
  readonly cancel: AbortSignal;
}

/**
 * The upstreams that a worker polls, side by side. They can be changed while it runs: one that is removed is polled for
 * as long as its tasks run. Disposing takes back what upstreams were told, once nothing runs any more.
 */
export class UpstreamLinks implements AsyncDisposable, Iterable<UpstreamLink> {
  readonly #options: UpstreamLinksOptions;
  readonly #links = new Set<Link>();
  readonly #polled = new Set<Link>();
  readonly #over = Promise.withResolvers<void>();
  #signals: Signals | undefined;

  constructor(options: UpstreamLinksOptions) {
    this.#options = options;
  }

  [Symbol.iterator](): Iterator<UpstreamLink> {
    return this.#links.values();
  }

  /**
   * Resolves with what makes these the upstreams, and tells them soon what the worker says of itself then. One that is
   * the same but for its token goes on with the new one. Rejects where one cannot be used: a bad endpoint, an unreadable
   * file.
   */
  async prepareChange(upstreams: readonly UpstreamOptions[]): Promise<() => void> {
    const present = [...this.#links].filter(({ leave }) => !leave.signal.aborted);
    const added = upstreams.filter((upstream) => !present.some((link) => isSame(link.upstream, upstream)));
    const removed = present.filter((link) => !upstreams.some((upstream) => isSame(link.upstream, upstream)));
    const renewals: [Link, UpstreamOptions][] = [];
    for (const link of [...removed]) {
      const upstream = added.find((upstream) =>
        isSame({ ...link.upstream, token: upstream.token }, upstream)
      );
      if (!upstream) continue;
      renewals.push([link, upstream]);
      removed.splice(removed.indexOf(link), 1);
      added.splice(added.indexOf(upstream), 1);
    }
    const sessions = await openSessions(added, this.#options.name);
    return () => {
      for (const session of sessions) this.add(session);
      for (const [link, upstream] of renewals) this.#renew(link, upstream);
      for (const link of removed) this.#leave(link);
      for (const link of present) link.loop.infoChanged();
      this.#options.onChange();
    };
  }

  /**
   * Polls until `cancel` aborts, or until `drain` has aborted and no upstream has anything more for this worker. To be
   * called once. Rejects only for a fault of ours.
   */
  async run(signals: Signals): Promise<void> {
    this.#signals = signals;
    for (const link of this.#links) this.#poll(link, signals);
    await this.#over.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#links].map((link) => this.#close(link)));
  }

  /** Adds an upstream, whose session is closed by these links from now on. */
  add({ upstream, session }: OpenedSession): void {
    const { name, ledger, tasks, info, standby, start, onStandby, onRegistered, onShutdown, observe } = this
      .#options;
    const { endpoint } = upstream;
    const logger = this.#options.logger.with({ upstream: endpoint });
    const record = () => ledger.claim({ kind: "disabled worker", name, endpoint });
    const disablement = new Disablement({ session, record, logger });
    const loop = new UpstreamLoop({
      session,
      disablement,
      tasks,
      info,
      standby,
      start: (task) => start(task, session, logger),
      onStandby: (parameters) => onStandby(parameters, logger),
      onRegistered,
      onShutdown,
      observe,
      logger,
    });
    const link = { upstream, session, disablement, loop, leave: new AbortController() };
    this.#links.add(link);
    if (this.#signals) this.#poll(link, this.#signals);
  }

  #renew(link: Link, upstream: UpstreamOptions): void {
    link.upstream = upstream;
    link.session.renew(upstream.token);
    link.loop.registerAgain();
  }

  #leave({ upstream: { endpoint }, leave }: Link): void {
    this.#options.logger.info(`the upstream ${endpoint} was removed: taking no more of its tasks`);
    leave.abort(new AbortReason("finished", "The upstream was removed from the configuration"));
  }

  #poll(link: Link, signals: Signals): void {
    this.#polled.add(link);
    link.loop.run({ ...signals, leave: link.leave.signal })
      .then(() => this.#ended(link, signals))
      .catch((error) => this.#over.reject(error));
  }

  async #ended(link: Link, { drain, cancel }: Signals): Promise<void> {
    this.#polled.delete(link);
    if (this.#polled.size === 0) this.#over.resolve();
    // What a worker that ends has told is taken back when nothing runs on it any more.
    if (drain.aborted || cancel.aborted) return;
    await this.#close(link);
    this.#options.onChange();
  }

  #close(link: Link): Promise<void> {
    return link.closed ??= link.disablement.undo().finally(() => {
      link.session[Symbol.dispose]();
      this.#links.delete(link);
    });
  }
}

function isSame(one: UpstreamOptions, other: UpstreamOptions): boolean {
  return one.endpoint === other.endpoint && one.token === other.token && one.caFile === other.caFile;
}
