import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { withGrace } from "../../lib/async/grace.ts";
import { Code } from "../../lib/rpc/code.ts";
import { RpcError } from "../../lib/rpc/rpc_error.ts";
import { type CallContext, type Handlers, implement, type Implementation } from "../../lib/rpc/server.ts";
import { RestartableServer } from "./restartable_server.ts";
import { CirrusWorkersService, type PollResponseSchema } from "../../proto/gen/cirrus_ci_service_pb.ts";

type Methods = (typeof CirrusWorkersService)["method"];
type Method = keyof Methods;
type Request<M extends Method> = MessageShape<Methods[M]["input"]>;
type Response<M extends Method> = MessageInitShape<Methods[M]["output"]>;

export type PollAnswer = MessageInitShape<typeof PollResponseSchema>;

/** One call that has arrived. */
export interface Received<M extends Method> {
  readonly request: Request<M>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** How long a test waits for a call before it fails. */
const WAIT_MS = 20_000;

/** Never answers: for `answers` of a `FakeUpstream`. */
export function hang(_request: unknown, context: CallContext): Promise<never> {
  return new Promise((_, reject) =>
    context.signal.addEventListener("abort", () => reject(context.signal.reason))
  );
}

/** Fails every call: for `answers` of a `FakeUpstream`. */
export function fail(code: Code, details = "as the test asked"): () => Promise<never> {
  return () => Promise.reject(new RpcError(code, details));
}

/**
 * An upstream as workers see it: a real server on a real socket. It registers every worker that has the
 * token, asks to be polled once an hour and has nothing to do, until a test gives it something. A test makes
 * it misbehave by replacing some of its `answers`.
 */
export class FakeUpstream extends RestartableServer {
  readonly token: string = "registration-token-of-the-pool";
  readonly answers: {
    -readonly [M in Method]: (request: Request<M>, context: CallContext) => Promise<Response<M>>;
  };
  protected override readonly services: readonly Implementation[];
  /** The calls that no test has looked at yet. */
  readonly #calls: { readonly [M in Method]: Received<M>[] } = {
    register: [],
    poll: [],
    taskStarted: [],
    taskFailed: [],
    taskStopped: [],
    updateStatus: [],
    queryRunningTasks: [],
  };
  /** The names of all calls so far, in the order of their arrival. */
  readonly methods: Method[] = [];
  readonly #arrivals = new EventTarget();
  readonly #polls: PollAnswer[] = [];
  #sessions = 0;

  private constructor(services: readonly Implementation[]) {
    super();
    this.answers = {
      register: (request) => this.#register(request.registrationToken),
      poll: () => Promise.resolve(this.#polls.shift() ?? { pollIntervalInSeconds: 3_600 }),
      taskStarted: () => Promise.resolve({}),
      taskFailed: () => Promise.resolve({}),
      taskStopped: () => Promise.resolve({}),
      updateStatus: (request) => Promise.resolve({ disabled: request.disabled }),
      queryRunningTasks: () => Promise.resolve({ status: { disabled: false } }),
    };
    this.services = [this.#ownService(), ...services];
  }

  /** Starts to listen on a free port of the loopback; `services` are served beside its own. */
  static async start(services: readonly Implementation[] = []): Promise<FakeUpstream> {
    const upstream = new FakeUpstream(services);
    await upstream.listen();
    return upstream;
  }

  /** Answers a poll with this; each poll takes the oldest answer that is left. */
  give(answer: PollAnswer): void {
    this.#polls.push(answer);
    this.#arrivals.dispatchEvent(new Event("answer"));
  }

  /** From now on holds every poll until there is an answer to give. */
  longPoll(): void {
    this.answers.poll = async (_, { signal }) => {
      for (;;) {
        signal.throwIfAborted();
        const answer = this.#polls.shift();
        if (answer) return answer;
        await Promise.race([
          new Promise((resolve) =>
            this.#arrivals.addEventListener("answer", resolve, { once: true, signal })
          ),
          new Promise((resolve) => signal.addEventListener("abort", resolve)),
        ]);
      }
    };
  }

  /** The oldest call of a method that has not been looked at yet, as soon as there is one. */
  async next<M extends Method>(method: M): Promise<Received<M>> {
    return await withGrace(`waiting for ${method}`, WAIT_MS, async (signal) => {
      for (;;) {
        const call = this.#calls[method].shift();
        if (call) return call;
        await new Promise((resolve) => {
          this.#arrivals.addEventListener("call", resolve, { once: true, signal });
        });
      }
    });
  }

  #register(token: string): Promise<Response<"register">> {
    if (token !== this.token) return fail(Code.PERMISSION_DENIED, "invalid registration token")();
    return Promise.resolve({ sessionToken: `session-${++this.#sessions}` });
  }

  #ownService(): Implementation {
    const take = <M extends Method>(method: M) => (request: Request<M>, context: CallContext) => {
      this.methods.push(method);
      this.#calls[method].push({ request, metadata: context.metadata });
      this.#arrivals.dispatchEvent(new Event("call"));
      return this.answers[method](request, context);
    };
    const handlers: Handlers<typeof CirrusWorkersService> = {
      register: take("register"),
      poll: take("poll"),
      taskStarted: take("taskStarted"),
      taskFailed: take("taskFailed"),
      taskStopped: take("taskStopped"),
      updateStatus: take("updateStatus"),
      queryRunningTasks: take("queryRunningTasks"),
    };
    return implement(CirrusWorkersService, handlers);
  }
}
