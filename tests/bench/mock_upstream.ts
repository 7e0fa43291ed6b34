import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  CirrusCIService,
  CirrusWorkersService,
  type CommandSchema,
  type IsolationSchema,
  type LogEntry,
} from "../../proto/gen/cirrus_ci_service_pb.ts";
import { implement, RpcServer } from "../../lib/rpc/server.ts";

/** How long a poll is held while there is nothing to do, as long as our controller holds it. */
const HOLD_MS = 5_000;

/** What the upstream saw of one task. Times are of `performance.now()`. */
export interface TaskRecord {
  readonly id: string;
  /** When the answer to a poll carried it. */
  readonly assigned: Promise<number>;
  /** When the first line of its log came. */
  readonly firstLog: Promise<number>;
  /** When the worker said that it is over, the last thing it says of a task; rejects when it failed. */
  readonly stopped: Promise<number>;
  /** Bytes of logs, as they were before any compression. */
  readonly bytes: { live: number; saved: number };
}

type CommandInit = MessageInitShape<typeof CommandSchema>;

interface Task extends TaskRecord {
  readonly commands: CommandInit[];
  readonly onAssigned: (at: number) => void;
  readonly onFirstLog: (at: number) => void;
  readonly onStopped: (at: number) => void;
  readonly onFailed: (error: Error) => void;
}

/**
 * The least that a worker can work with, so that what is measured is the worker: one worker, no storage, no
 * checks. It runs in the process of the benchmark, the worker in another.
 */
export class MockUpstream implements AsyncDisposable {
  readonly #server: RpcServer;
  readonly #state: State;

  private constructor(server: RpcServer, state: State) {
    this.#server = server;
    this.#state = state;
  }

  static async start(): Promise<MockUpstream> {
    const state = new State();
    const server = await RpcServer.listen({
      hostname: "127.0.0.1",
      port: 0,
      services: [workersService(state), agentService(state)],
    });
    return new MockUpstream(server, state);
  }

  get endpoint(): string {
    return this.#server.endpoint;
  }

  /** When the next worker registers, from now on. */
  nextRegistration(): Promise<number> {
    return this.#state.registration.promise;
  }

  /** Resolves once a poll is held, so that the next task is given out at once. */
  workerWaits(): Promise<void> {
    return this.#state.held.promise;
  }

  /** What the tasks that are given out from now on ask to run in; none by default. */
  set isolation(isolation: MessageInitShape<typeof IsolationSchema>) {
    this.#state.isolation = isolation;
  }

  /** Resolves with the next poll that tells of a warm standby instance. */
  standbyTold(): Promise<void> {
    return this.#state.standby.promise;
  }

  /** Gives a task to the worker at its next poll, which is held and so answered at once. */
  assign(...scripts: string[]): TaskRecord {
    return this.#state.add(scripts.map((script, index) => ({
      name: `script-${index}`,
      instruction: { case: "scriptInstruction", value: { scripts: [script] } },
    })));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#state.wake();
    await this.#server.close({ graceMs: 100 });
  }
}

class State {
  readonly tasks = new Map<string, Task>();
  readonly waiting: Task[] = [];
  registration = Promise.withResolvers<number>();
  /** Settled while a poll is held. */
  held = Promise.withResolvers<void>();
  standby = Promise.withResolvers<void>();
  isolation: MessageInitShape<typeof IsolationSchema> | undefined;
  wake: () => void = () => {};

  add(commands: CommandInit[]): Task {
    const assigned = Promise.withResolvers<number>();
    const firstLog = Promise.withResolvers<number>();
    const stopped = Promise.withResolvers<number>();
    const task: Task = {
      id: String(this.tasks.size + 1),
      commands,
      bytes: { live: 0, saved: 0 },
      assigned: assigned.promise,
      onAssigned: assigned.resolve,
      firstLog: firstLog.promise,
      onFirstLog: firstLog.resolve,
      stopped: stopped.promise,
      onStopped: stopped.resolve,
      onFailed: stopped.reject,
    };
    this.tasks.set(task.id, task);
    this.waiting.push(task);
    this.wake();
    return task;
  }

  find(metadata: ReadonlyMap<string, string>): Task {
    const id = metadata.get("org.cirruslabs.task-id") ?? "";
    const task = this.tasks.get(id);
    if (!task) throw new Error(`The worker speaks of a task "${id}" that it was not given`);
    return task;
  }
}

function workersService(state: State) {
  return implement(CirrusWorkersService, {
    register: () => {
      state.registration.resolve(performance.now());
      state.registration = Promise.withResolvers();
      return Promise.resolve({ sessionToken: "session" });
    },
    poll: async ({ availableStandbyInstancesInformation: warm }, { signal }) => {
      if (warm.length > 0) {
        state.standby.resolve();
        state.standby = Promise.withResolvers();
      }
      if (state.waiting.length === 0) await held(state, signal);
      const tasks = state.waiting.splice(0);
      for (const task of tasks) task.onAssigned(performance.now());
      return {
        pollIntervalInSeconds: 1,
        tasksToStart: tasks.map(({ id }) => ({
          taskId: id,
          clientSecret: "client",
          serverSecret: "server",
          ...state.isolation && { isolation: state.isolation },
        })),
      };
    },
    taskStarted: () => Promise.resolve({}),
    taskFailed: ({ message }, { metadata }) => {
      state.find(metadata).onFailed(new Error(`The worker failed the task: ${message}`));
      return Promise.resolve({});
    },
    taskStopped: (_request, { metadata }) => {
      state.find(metadata).onStopped(performance.now());
      return Promise.resolve({});
    },
    updateStatus: ({ disabled }) => Promise.resolve({ disabled }),
    queryRunningTasks: () => Promise.resolve({ status: { disabled: false } }),
  });
}

/** Resolves when there is a task, the caller is gone, or the poll was held long enough. */
async function held(state: State, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, HOLD_MS);
  state.wake = resolve;
  signal.addEventListener("abort", () => resolve(), { once: true });
  state.held.resolve();
  await promise;
  state.held = Promise.withResolvers();
  clearTimeout(timer);
}

function agentService(state: State) {
  const collect = async (entries: AsyncIterable<LogEntry>, count: (bytes: number) => void) => {
    let bytesLogged = 0;
    for await (const { value } of entries) {
      if (value.case !== "chunk") continue;
      bytesLogged += value.value.data.length;
      count(value.value.data.length);
    }
    return { bytesLogged: BigInt(bytesLogged) };
  };
  return implement(CirrusCIService, {
    initialCommands: (_request, { metadata }) =>
      Promise.resolve({
        commands: state.find(metadata).commands,
        serverToken: "server",
        timeoutInSeconds: 3600n,
      }),
    reportCommandUpdates: () => Promise.resolve({}),
    heartbeat: () => Promise.resolve({}),
    streamLogs: (entries, { metadata }) => {
      const { bytes, onFirstLog } = state.find(metadata);
      return collect(entries, (count) => {
        if (bytes.live === 0) onFirstLog(performance.now());
        bytes.live += count;
      });
    },
    saveLogs: (entries, { metadata }) => {
      const { bytes } = state.find(metadata);
      return collect(entries, (count) => bytes.saved += count);
    },
    reportAgentError: ({ message }, { metadata }) => {
      state.find(metadata).onFailed(new Error(`The agent failed: ${message}`));
      return Promise.resolve({});
    },
    reportAgentWarning: () => Promise.resolve({}),
    reportAgentSignal: () => Promise.resolve({}),
    reportAgentLogs: () => Promise.resolve({}),
    reportAgentFinished: () => Promise.resolve({}),
  });
}
