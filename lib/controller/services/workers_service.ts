import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  CirrusWorkersService,
  type PollRequest,
  type PollResponse_AgentAwareTaskSchema,
  type PollResponseSchema,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { Logger } from "../../logging/logger.ts";
import { Code } from "../../rpc/code.ts";
import { taskIdentification } from "../../rpc/metadata.ts";
import { RpcError } from "../../rpc/rpc_error.ts";
import { implement, type Implementation } from "../../rpc/server.ts";
import { requireWorkerInstance } from "../builds/task_definition.ts";
import type { TaskControl } from "../tasks/task_control.ts";
import type { Gift } from "../workers/held_poll.ts";
import type { Pool } from "../workers/pool.ts";
import type { PollReport, PoolWorker } from "../workers/pool_worker.ts";
import { guarded } from "./guarded.ts";
import type { PollAnswer, Polls } from "./polls.ts";
import type { RegistrationTokens } from "./registration_tokens.ts";
import type { TaskAccess } from "./task_access.ts";

/** How long a worker waits between two polls that had nothing to tell, in seconds. */
const POLL_INTERVAL_SECONDS = 1;

export interface WorkersServiceOptions {
  readonly tokens: RegistrationTokens;
  readonly pool: Pool;
  readonly polls: Polls;
  readonly access: TaskAccess;
  readonly control: TaskControl;
  readonly logger: Logger;
}

/** What workers call. */
export function workersService(options: WorkersServiceOptions): Implementation {
  const { tokens, pool, polls, access, control, logger } = options;
  const guard = guarded("CirrusWorkersService", logger);
  type Metadata = ReadonlyMap<string, string>;

  /** The worker that calls in its session. */
  const workerOf = async (metadata: Metadata): Promise<PoolWorker> => {
    tokens.check(metadata.get("registration-token"));
    return await pool.authenticate(metadata.get("session-token") ?? "", nameOf(metadata));
  };

  /** The worker that calls, which may be another process of its host that has no session. */
  const namedWorker = (metadata: Metadata): PoolWorker => {
    tokens.check(metadata.get("registration-token"));
    const worker = pool.findRegistered(nameOf(metadata));
    if (worker) return worker;
    throw new RpcError(Code.NOT_FOUND, `No worker named "${nameOf(metadata)}" has ever registered here`);
  };

  return implement(CirrusWorkersService, {
    register: guard("Register", async (request) => {
      tokens.check(request.registrationToken);
      return { sessionToken: await pool.register(request.workerInfo?.labels.name) };
    }),

    poll: guard("Poll", async (request, { metadata, signal }) => {
      const worker = await workerOf(metadata);
      return toResponse(await polls.answer(worker, toReport(request), signal));
    }),

    taskStarted: guard("TaskStarted", async (request, { metadata }) => {
      pool.touch(await workerOf(metadata));
      await control.started(await access.require(metadata, request));
      return {};
    }),

    taskFailed: guard("TaskFailed", async (request, { metadata }) => {
      pool.touch(await workerOf(metadata));
      const accessed = await access.find(metadata, request.taskIdentification);
      if (accessed.kind === "held") await control.failed(accessed.assignment, request.message);
      return {};
    }),

    taskStopped: guard("TaskStopped", async (request, { metadata }) => {
      pool.touch(await workerOf(metadata));
      const accessed = await access.find(metadata, request);
      if (accessed.kind === "held") await control.stopped(accessed.assignment);
      return {};
    }),

    updateStatus: guard("UpdateStatus", async (request, { metadata }) => {
      const worker = namedWorker(metadata);
      await polls.setDisabled(worker, request.disabled);
      return { disabled: worker.disabled };
    }),

    queryRunningTasks: guard("QueryRunningTasks", (_request, { metadata }) => {
      const worker = namedWorker(metadata);
      const runningTasks = worker.taskIds;
      return Promise.resolve({
        status: { disabled: worker.disabled },
        runningTasks,
        oldRunningTasks: runningTasks.flatMap(numericId),
      });
    }),
  });
}

function nameOf(metadata: ReadonlyMap<string, string>): string {
  const name = metadata.get("worker-name");
  if (name) return name;
  throw new RpcError(
    Code.INVALID_ARGUMENT,
    "The call has no worker-name in its metadata: give the worker a name",
  );
}

function toReport(request: PollRequest): PollReport {
  return {
    labels: new Map(Object.entries(request.workerInfo?.labels ?? {})),
    totals: new Map(Object.entries(request.workerInfo?.resourcesTotal ?? {})),
    inUse: new Map(Object.entries(request.resourcesInUse)),
    running: new Set([...request.runningTasks, ...request.oldRunningTasks.map(String)]),
  };
}

function toResponse(answer: PollAnswer): MessageInitShape<typeof PollResponseSchema> {
  return {
    tasksToStart: answer.start.map(toTask),
    tasksToStop: [...answer.stop],
    oldTaskIdsToStop: answer.stop.flatMap(numericId),
    pollIntervalInSeconds: POLL_INTERVAL_SECONDS,
  };
}

function toTask(
  { assignment, clientSecret }: Gift,
): MessageInitShape<typeof PollResponse_AgentAwareTaskSchema> {
  const { taskId, serverSecret, requirements, definition } = assignment.record;
  return {
    taskId,
    oldTaskId: numericId(taskId)[0] ?? 0n,
    clientSecret,
    serverSecret,
    // Written out where the task names none, so that nobody has to guess.
    isolation: requireWorkerInstance(definition).isolation ?? { type: { case: "none", value: {} } },
    resourcesToUse: Object.fromEntries(requirements.resources),
    cliVersion: definition.environment["CIRRUS_CLI_VERSION"] ?? "",
  };
}

/** The id as the fields want it that knew only numbers; nothing when it is no number. */
function numericId(taskId: string): bigint[] {
  const id = taskIdentification(taskId, "")?.taskId;
  return id === undefined ? [] : [id];
}
