import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  CirrusCIService,
  CirrusWorkersService,
  type CommandResultSchema,
  type PollResponse,
  type PollResponse_AgentAwareTask,
} from "../../proto/gen/cirrus_ci_service_pb.ts";
import { type Channel, openChannel } from "../../lib/rpc/channel.ts";
import { type CallOptions, type Client, createClient } from "../../lib/rpc/client.ts";
import { taskIdentification, taskMetadata, workersMetadata } from "../../lib/rpc/metadata.ts";

export const TOKEN = "pool-token";

/** What a poll says beside who the worker is. */
export interface PollInit {
  readonly runningTasks?: string[];
  readonly oldRunningTasks?: bigint[];
  readonly resourcesInUse?: Record<string, number>;
}

export interface RawWorkerOptions {
  readonly name: string;
  readonly labels?: Record<string, string>;
  readonly resources?: Record<string, number>;
  readonly token?: string;
}

/** A worker that says exactly what a test wants it to say, over a connection of its own. */
export class RawWorker implements Disposable {
  readonly client: Client<typeof CirrusWorkersService>;
  readonly #options: RawWorkerOptions;
  readonly #channel: Channel;
  sessionToken = "";

  private constructor(options: RawWorkerOptions, channel: Channel) {
    this.#options = options;
    this.#channel = channel;
    this.client = createClient(CirrusWorkersService, channel, { timeoutMs: 30_000 });
  }

  static async connect(endpoint: string, options: RawWorkerOptions): Promise<RawWorker> {
    const worker = new RawWorker(options, await openChannel({ endpoint }));
    await worker.register();
    return worker;
  }

  get info() {
    const { name, labels = {}, resources = {} } = this.#options;
    return { labels: { name, ...labels }, resourcesTotal: resources };
  }

  get metadata(): Record<string, string> {
    const { name, token = TOKEN } = this.#options;
    return {
      ...workersMetadata({ registrationToken: token, sessionToken: this.sessionToken, workerName: name }),
    };
  }

  async register(): Promise<void> {
    const { token = TOKEN } = this.#options;
    const request = { registrationToken: token, workerInfo: this.info };
    this.sessionToken = (await this.client.register(request)).sessionToken;
  }

  poll(
    request: PollInit = {},
    options: CallOptions = {},
  ): Promise<PollResponse> {
    return this.client.poll({ workerInfo: this.info, ...request }, { metadata: this.metadata, ...options });
  }

  /** Polls as often as it takes to be given a task. */
  async takeTask(request: PollInit = {}): Promise<RawTask> {
    for (;;) {
      const [task] = (await this.poll(request)).tasksToStart;
      if (task) return this.task(task);
    }
  }

  task(assigned: PollResponse_AgentAwareTask): RawTask {
    return new RawTask(this, assigned, this.#channel);
  }

  [Symbol.dispose](): void {
    this.#channel[Symbol.dispose]();
  }
}

/** A task that a worker was given, and the calls of its agent. */
export class RawTask {
  readonly id: string;
  readonly assigned: PollResponse_AgentAwareTask;
  readonly agent: Client<typeof CirrusCIService>;
  readonly #worker: RawWorker;

  constructor(worker: RawWorker, assigned: PollResponse_AgentAwareTask, channel: Channel) {
    this.id = assigned.taskId;
    this.assigned = assigned;
    this.#worker = worker;
    const metadata = taskMetadata({
      taskId: this.id,
      clientSecret: assigned.clientSecret,
      endpoint: channel.endpoint,
    });
    this.agent = createClient(CirrusCIService, channel, { metadata });
  }

  get metadata(): Record<string, string> {
    const { id: taskId, assigned: { clientSecret } } = this;
    return { ...this.#worker.metadata, ...taskMetadata({ taskId, clientSecret }) };
  }

  async started(): Promise<void> {
    await this.#worker.client.taskStarted(this.#identification(), { metadata: this.metadata });
  }

  async stopped(): Promise<void> {
    await this.#worker.client.taskStopped(this.#identification(), { metadata: this.metadata });
  }

  async failed(message: string): Promise<void> {
    await this.#worker.client.taskFailed({ message }, { metadata: this.metadata });
  }

  async finished(commandResults: MessageInitShape<typeof CommandResultSchema>[]): Promise<void> {
    await this.agent.reportAgentFinished({ commandResults });
  }

  streamLog(commandName: string, pieces: Iterable<string | Uint8Array>, options: CallOptions = {}) {
    return this.agent.streamLogs(entries(commandName, pieces, false), options);
  }

  saveLog(commandName: string, pieces: Iterable<string | Uint8Array>, options: CallOptions = {}) {
    return this.agent.saveLogs(entries(commandName, pieces, true), options);
  }

  #identification() {
    return taskIdentification(this.id, this.assigned.clientSecret) ?? {};
  }
}

async function* entries(commandName: string, pieces: Iterable<string | Uint8Array>, raw: boolean) {
  yield { value: { case: "key", value: { commandName, raw } } } as const;
  for (const piece of pieces) {
    const data = typeof piece === "string" ? new TextEncoder().encode(piece) : piece;
    yield await Promise.resolve({ value: { case: "chunk", value: { data } } } as const);
  }
}
