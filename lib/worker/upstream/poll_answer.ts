import { AbortReason } from "../../async/abort_reason.ts";
import type { Logger } from "../../logging/logger.ts";
import type { PollResponse } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { type Assignment, readAssignment } from "../tasks/assignment.ts";
import type { RunningTasks, Upstream } from "../tasks/running_tasks.ts";

export interface AnswerOptions {
  /** Who answered. */
  readonly upstream: Upstream;
  readonly tasks: RunningTasks;
  /** Starts a task that does not run yet. */
  readonly start: (task: Assignment) => void;
  readonly logger: Logger;
}

/** Stops and starts what a poll's answer says. Returns whether anything was started. */
export function obeyAnswer(answer: PollResponse, options: AnswerOptions): boolean {
  for (const id of new Set([...answer.tasksToStop, ...answer.oldTaskIdsToStop.map(String)])) {
    stop(id, options);
  }
  const started = answer.tasksToStart.map(readAssignment).map((task) => start(task, options));
  return started.includes(true);
}

function stop(id: string, { upstream, tasks, logger }: AnswerOptions): void {
  const task = tasks.find(upstream, id);
  if (!task) return logger.debug(`asked to stop task ${id}, which does not run here`, { task: id });
  task.cancel(new AbortReason("cancelled", "The upstream asked to stop the task"));
  logger.info(`sent cancellation signal to task ${id}`, { task: id });
}

function start(task: Assignment | undefined, options: AnswerOptions): boolean {
  const { upstream, tasks, logger } = options;
  if (!task) {
    logger.error(
      "the upstream assigned a task without an id or a secret that can be sent back to it: ignored",
    );
    return false;
  }
  if (tasks.find(upstream, task.id)) {
    logger.warning(`attempted to run task ${task.id} which is already running: ignored`, { task: task.id });
    return false;
  }
  options.start(task);
  return true;
}
