import type { MessageInitShape } from "@bufbuild/protobuf";
import type { PollResponse_AgentAwareTaskSchema } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { FakeCi } from "../fakes/upstream_ci.ts";
import { FakeUpstream } from "../fakes/upstream_workers.ts";

export type AssignmentInit = MessageInitShape<typeof PollResponse_AgentAwareTaskSchema>;

/** What the upstream shows for the right to call about a task. */
export const CLIENT_SECRET = "client-secret-of-the-task";

/** Both services of an upstream behind one endpoint: it can give a task away and see what comes of it. */
export class TaskUpstream implements AsyncDisposable {
  readonly workers: FakeUpstream;
  readonly ci: FakeCi;

  private constructor(workers: FakeUpstream, ci: FakeCi) {
    this.workers = workers;
    this.ci = ci;
  }

  static async start(): Promise<TaskUpstream> {
    await using resources = new AsyncDisposableStack();
    const ci = resources.use(await FakeCi.start());
    const workers = await FakeUpstream.start([ci.service]);
    workers.longPoll();
    resources.move();
    return new TaskUpstream(workers, ci);
  }

  get endpoint(): string {
    return this.workers.endpoint;
  }

  get token(): string {
    return this.workers.token;
  }

  /** Makes one script, named `main`, the only command of every task. */
  script(...scripts: string[]): void {
    const instruction = { case: "scriptInstruction", value: { scripts } } as const;
    this.ci.commands = { commands: [{ name: "main", instruction }] };
  }

  /** Gives a task away with the next answer to a poll. */
  assign(id: string, changed: AssignmentInit = {}): void {
    const task = { taskId: id, clientSecret: CLIENT_SECRET, serverSecret: this.ci.serverSecret, ...changed };
    this.workers.give({ tasksToStart: [task] });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.workers[Symbol.asyncDispose]();
    await this.ci[Symbol.asyncDispose]();
  }
}
