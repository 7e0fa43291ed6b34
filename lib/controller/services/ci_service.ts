import {
  CirrusCIService,
  type LogEntry,
  type TaskIdentification,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { Logger } from "../../logging/logger.ts";
import { Code } from "../../rpc/code.ts";
import { RpcError } from "../../rpc/rpc_error.ts";
import { type CallContext, implement, type Implementation } from "../../rpc/server.ts";
import { timeoutSecondsOf } from "../builds/task_definition.ts";
import type { Clock } from "../clock.ts";
import type { BuildWatchers } from "../events/build_watchers.ts";
import type { Logs } from "../logs/logs.ts";
import type { ControllerMetrics } from "../metrics/controller_metrics.ts";
import type { AgentReport, TaskStore } from "../store/task_store.ts";
import type { TaskControl } from "../tasks/task_control.ts";
import { taskEnvironment } from "../tasks/task_environment.ts";
import type { Assignment } from "../workers/assignment.ts";
import { artifactCalls, type ArtifactCallsOptions } from "./artifact_calls.ts";
import { cacheCalls, type CacheCallsOptions } from "./cache_calls.ts";
import { commandStates } from "./command_states.ts";
import { guarded } from "./guarded.ts";
import { openUpload } from "./log_upload.ts";
import type { TaskAccess } from "./task_access.ts";

/** How much is kept of what an agent reports about itself. */
const MAX_REPORT_LENGTH = 256 * 1024;

export interface CiServiceOptions {
  readonly access: TaskAccess;
  readonly control: TaskControl;
  readonly tasks: TaskStore;
  readonly caches: CacheCallsOptions;
  readonly artifacts: ArtifactCallsOptions;
  readonly logs: Logs;
  readonly watchers: BuildWatchers;
  readonly metrics: Pick<ControllerMetrics, "logBytes">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What the agents of tasks call. What is not here answers UNIMPLEMENTED. */
export function ciService(options: CiServiceOptions): Implementation {
  const { access, control, tasks, caches, artifacts, logs, watchers, metrics, clock, logger } = options;
  const guard = guarded("CirrusCIService", logger);

  /** The assignment whose agent calls. */
  const assignmentOf = async (
    context: CallContext,
    identification: TaskIdentification | undefined,
  ): Promise<Assignment> => {
    const assignment = await access.require(context.metadata, identification);
    assignment.lastHeard = clock.elapsed();
    return assignment;
  };

  /** Keeps what an agent says about itself. It may quote what the task does, so it is not for our own log. */
  const report = async (
    assignment: Assignment,
    kind: AgentReport["kind"],
    message: string,
  ): Promise<void> => {
    logger.debug(`the agent of task ${assignment.taskId} reported: ${kind}`, { task: assignment.taskId });
    const kept = message.slice(-MAX_REPORT_LENGTH);
    await tasks.recordReport(assignment.record.id, { kind, message: kept }, clock.now());
  };

  const takeLog =
    (how: "append" | "replace") => async (entries: AsyncIterable<LogEntry>, context: CallContext) => {
      const { key, pieces } = await openUpload(entries);
      const assignment = await assignmentOf(context, key.taskIdentification);
      const { record: { id: assignmentId, buildId }, taskId } = assignment;
      const { commandName: command } = key;
      const bytes = await logs[how]({ assignmentId, command }, counted(pieces, metrics), {
        onGrowth: (size) => {
          assignment.lastHeard = clock.elapsed();
          watchers.logGrew(buildId, { kind: "log", taskId, command, size });
        },
      });
      if (bytes === undefined) {
        throw new RpcError(Code.NOT_FOUND, `The task has no command named "${command}"`);
      }
      return { bytesLogged: BigInt(bytes) };
    };

  return implement(CirrusCIService, {
    initialCommands: guard("InitialCommands", async (request, context) => {
      const assignment = await assignmentOf(context, request.taskIdentification);
      if (assignment.decided) {
        throw new RpcError(Code.FAILED_PRECONDITION, "The task is over: there is nothing to run");
      }
      const { id, buildId, serverSecret } = assignment.record;
      const work = await tasks.work(id, clock.now());
      assignment.started = true;
      assignment.agentSince ??= clock.elapsed();
      watchers.moved(buildId);
      return {
        environment: taskEnvironment(work, { taskId: assignment.taskId, buildId }),
        commands: work.definition.commands,
        serverToken: serverSecret,
        timeoutInSeconds: BigInt(timeoutSecondsOf(work.definition)),
        secretsToMask: [...work.secretsToMask],
        failedAtLeastOnce: work.failedAtLeastOnce,
      };
    }),

    reportCommandUpdates: guard("ReportCommandUpdates", async (request, context) => {
      const assignment = await assignmentOf(context, request.taskIdentification);
      await control.recordCommands(assignment, commandStates(request.updates));
      return {};
    }),

    reportAgentFinished: guard("ReportAgentFinished", async (request, context) => {
      const assignment = await assignmentOf(context, request.taskIdentification);
      await control.agentFinished(assignment, commandStates(request.commandResults));
      return {};
    }),

    streamLogs: guard("StreamLogs", takeLog("append")),

    saveLogs: guard("SaveLogs", takeLog("replace")),

    heartbeat: guard("Heartbeat", async (request, context) => {
      await assignmentOf(context, request.taskIdentification);
      return {};
    }),

    reportAnnotations: guard("ReportAnnotations", async (request, context) => {
      const assignment = await assignmentOf(context, request.taskIdentification);
      await tasks.recordAnnotations(assignment.record.id, request.annotations);
      return {};
    }),

    reportAgentError: guard("ReportAgentError", async (request, context) => {
      const assignment = await assignmentOf(context, request.taskIdentification);
      await report(assignment, "error", withStack(request));
      return {};
    }),

    reportAgentWarning: guard("ReportAgentWarning", async (request, context) => {
      const assignment = await assignmentOf(context, request.taskIdentification);
      await report(assignment, "warning", withStack(request));
      return {};
    }),

    reportAgentSignal: guard("ReportAgentSignal", async (request, context) => {
      await report(await assignmentOf(context, request.taskIdentification), "signal", request.signal);
      return {};
    }),

    reportAgentLogs: guard("ReportAgentLogs", async (request, context) => {
      await report(await assignmentOf(context, request.taskIdentification), "logs", request.logs);
      return {};
    }),

    reportStopHook: guard("ReportStopHook", async (request, context) => {
      await report(await assignmentOf(context, request.taskIdentification), "stop_hook", "");
      return {};
    }),

    ...cacheCalls(caches, { guard, assignmentOf }),

    ...artifactCalls(artifacts, { guard, assignmentOf }),
  });
}

/** Counts what goes through. */
async function* counted(
  pieces: AsyncIterable<Uint8Array>,
  { logBytes }: Pick<ControllerMetrics, "logBytes">,
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    logBytes.add(piece.byteLength);
    yield piece;
  }
}

function withStack(problem: { readonly message: string; readonly stack: string }): string {
  return problem.stack === "" ? problem.message : `${problem.message}\n${problem.stack}`;
}
