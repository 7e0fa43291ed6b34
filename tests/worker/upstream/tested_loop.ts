import { AbortReason } from "../../../lib/async/abort_reason.ts";
import type { Assignment } from "../../../lib/worker/tasks/assignment.ts";
import { Disablement } from "../../../lib/worker/upstream/disablement.ts";
import type { StandbyInformation } from "../../../lib/worker/standby/standby.ts";
import type { StandbyInstanceParameters } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { RunningTasks } from "../../../lib/worker/tasks/running_tasks.ts";
import { UpstreamLoop } from "../../../lib/worker/upstream/upstream_loop.ts";
import { UpstreamSession } from "../../../lib/worker/upstream/upstream_session.ts";
import type { FakeUpstream } from "../../fakes/upstream_workers.ts";
import { RecordingLogger } from "../recording_logger.ts";

/** A loop that polls a fake upstream, whose tasks run until a test ends them. */
export class TestedLoop implements AsyncDisposable {
  readonly #drain = new AbortController();
  readonly #leave = new AbortController();
  readonly #cancel = new AbortController();
  readonly #endings = new Map<string, () => void>();
  readonly #loop: UpstreamLoop;
  readonly #disablement: Disablement;
  readonly #session: UpstreamSession;
  readonly #over: Promise<void>;
  readonly tasks: RunningTasks;
  readonly cancelled: string[] = [];
  readonly log = new RecordingLogger();
  shutdowns = 0;
  /** What polls tell of standby instances, and what answers want of them. */
  standby: StandbyInformation[] = [];
  readonly standbyUpdates: StandbyInstanceParameters[] = [];
  /** A test may do something at that moment. */
  onRegistered: () => void = () => {};
  /** How many upstreams are written down as told to give no tasks. */
  recorded = 0;

  private constructor(session: UpstreamSession, tasks: RunningTasks) {
    this.#session = session;
    this.tasks = tasks;
    this.#disablement = new Disablement({ session, record: () => this.#record(), logger: this.log });
    this.#loop = new UpstreamLoop({
      session,
      disablement: this.#disablement,
      tasks,
      info: () => ({ labels: { name: "w" }, resourcesTotal: { cpu: 4 } }),
      standby: () => this.standby,
      onStandby: (parameters) => this.standbyUpdates.push(...parameters),
      start: (assignment) => this.#start(assignment),
      onRegistered: () => this.onRegistered(),
      onShutdown: () => {
        this.shutdowns++;
        this.drain();
      },
      observe: () => {},
      logger: this.log,
    });
    this.#over = this.#loop.run({
      drain: this.#drain.signal,
      leave: this.#leave.signal,
      cancel: this.#cancel.signal,
    });
  }

  static async start(upstream: FakeUpstream, options: { tasks?: RunningTasks } = {}): Promise<TestedLoop> {
    const session = await UpstreamSession.open({ endpoint: upstream.endpoint, token: upstream.token }, "w");
    return new TestedLoop(session, options.tasks ?? new RunningTasks());
  }

  end(id: string): void {
    this.#endings.get(id)?.();
  }

  drain(): void {
    this.#drain.abort(new AbortReason("shutdown", "first signal"));
  }

  leave(): void {
    this.#leave.abort(new AbortReason("finished", "removed"));
  }

  cancel(): void {
    this.#cancel.abort(new AbortReason("shutdown", "second signal"));
  }

  async over(): Promise<void> {
    await this.#over;
    await this.#disablement.undo();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
    for (const end of this.#endings.values()) end();
    await this.#over;
    this.#session[Symbol.dispose]();
  }

  #record(): Promise<AsyncDisposable> {
    this.recorded++;
    return Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve(void this.recorded--) });
  }

  #start(assignment: Assignment): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#endings.set(assignment.id, resolve);
    this.tasks.start(assignment, this.#session, (signal) => {
      signal.addEventListener("abort", () => {
        this.cancelled.push(assignment.id);
        resolve();
      });
      return promise;
    });
  }
}
