import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  CirrusCIService,
  CirrusWorkersService,
  type PollRequestSchema,
  type PollResponse,
  type QueryRunningTasksResponse,
  type WorkerInfoSchema,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { Transfers } from "../../agent/transfers.ts";
import { type Channel, openChannel } from "../../rpc/channel.ts";
import { type Client, createClient } from "../../rpc/client.ts";
import { parseEndpoint } from "../../rpc/endpoint.ts";
import { taskIdentification, taskMetadata, workersMetadata } from "../../rpc/metadata.ts";
import type { Assignment } from "../tasks/assignment.ts";
import type { UpstreamOptions } from "../options/worker_options.ts";

const REGISTER_TIMEOUT_MS = 30_000;

/** What a worker tells an upstream about itself. */
export type WorkerInfo = MessageInitShape<typeof WorkerInfoSchema>;

/**
 * A worker's connection to one upstream and the session it has there. Every call rejects with `RpcError`,
 * or with the reason of the signal that cancelled it.
 */
export class UpstreamSession implements Disposable {
  readonly endpoint: string;
  /** For the files of its tasks. */
  readonly transfers: Transfers;
  #registrationToken: string;
  readonly #workerName: string;
  readonly #channel: Channel;
  readonly #workers: Client<typeof CirrusWorkersService>;
  #sessionToken: string | undefined;
  #lastGoodPoll: Date | undefined;

  private constructor(upstream: UpstreamOptions, workerName: string, channel: Channel) {
    this.endpoint = upstream.endpoint;
    this.transfers = new Transfers(upstream);
    this.#registrationToken = upstream.token;
    this.#workerName = workerName;
    this.#channel = channel;
    this.#workers = createClient(CirrusWorkersService, channel);
  }

  /** Connects with the first call. Rejects on a bad endpoint or an unreadable file of certificate authorities. */
  static async open(upstream: UpstreamOptions, workerName: string): Promise<UpstreamSession> {
    return new UpstreamSession(upstream, workerName, await openChannel(upstream));
  }

  /** Whether the upstream is on this host, where compressing costs more than it saves. */
  get local(): boolean {
    const endpoint = parseEndpoint(this.endpoint);
    return endpoint.kind === "unix" || /^(localhost|127\.[\d.]+|::1)$/.test(endpoint.host);
  }

  get registered(): boolean {
    return this.#sessionToken !== undefined;
  }

  async register(workerInfo: WorkerInfo, signal: AbortSignal): Promise<void> {
    const request = { registrationToken: this.#registrationToken, workerInfo };
    const response = await this.#workers.register(request, { signal, timeoutMs: REGISTER_TIMEOUT_MS });
    this.#sessionToken = response.sessionToken;
  }

  /** Drops a session that the upstream no longer knows. */
  forget(): void {
    this.#sessionToken = undefined;
  }

  /** Joins with another registration token from the next call on, which needs a new session. */
  renew(registrationToken: string): void {
    this.#registrationToken = registrationToken;
    this.forget();
  }

  /** When the upstream last answered a poll. */
  get lastGoodPoll(): Date | undefined {
    return this.#lastGoodPoll;
  }

  async poll(
    request: MessageInitShape<typeof PollRequestSchema>,
    signal: AbortSignal,
  ): Promise<PollResponse> {
    const answer = await this.#workers.poll(request, { signal, metadata: this.#metadata() });
    this.#lastGoodPoll = new Date();
    return answer;
  }

  /** Whether the upstream gives this worker tasks, and which ones it thinks to run here. Needs no session. */
  queryRunningTasks(info: WorkerInfo, signal: AbortSignal): Promise<QueryRunningTasksResponse> {
    return this.#workers.queryRunningTasks({ info }, { signal, metadata: this.#metadata() });
  }

  /** Tells the upstream whether to give this worker tasks; resolves with what it answers. Needs no session. */
  async setDisabled(disabled: boolean, signal: AbortSignal): Promise<boolean> {
    const status = await this.#workers.updateStatus({ disabled }, { signal, metadata: this.#metadata() });
    return status.disabled;
  }

  async taskStarted(task: Assignment, signal: AbortSignal): Promise<void> {
    await this.#workers.taskStarted(taskIdentification(task.id, task.clientSecret) ?? {}, {
      signal,
      metadata: this.#taskMetadata(task),
    });
  }

  async taskFailed(task: Assignment, message: string, signal: AbortSignal): Promise<void> {
    const identification = taskIdentification(task.id, task.clientSecret);
    const request = identification ? { taskIdentification: identification, message } : { message };
    await this.#workers.taskFailed(request, { signal, metadata: this.#taskMetadata(task) });
  }

  async taskStopped(task: Assignment, signal: AbortSignal): Promise<void> {
    await this.#workers.taskStopped(taskIdentification(task.id, task.clientSecret) ?? {}, {
      signal,
      metadata: this.#taskMetadata(task),
    });
  }

  /** The calls of a task's agent. */
  agentClient(task: Assignment): Client<typeof CirrusCIService> {
    const metadata = taskMetadata({
      taskId: task.id,
      clientSecret: task.clientSecret,
      endpoint: this.endpoint,
    });
    return createClient(CirrusCIService, this.#channel, { metadata });
  }

  [Symbol.dispose](): void {
    this.transfers[Symbol.dispose]();
    this.#channel[Symbol.dispose]();
  }

  #metadata(): Record<string, string> {
    return workersMetadata({
      registrationToken: this.#registrationToken,
      workerName: this.#workerName,
      ...(this.#sessionToken === undefined ? {} : { sessionToken: this.#sessionToken }),
    });
  }

  #taskMetadata(task: Assignment): Record<string, string> {
    return { ...this.#metadata(), ...taskMetadata({ taskId: task.id, clientSecret: task.clientSecret }) };
  }
}
