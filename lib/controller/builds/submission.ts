import { createHash } from "node:crypto";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { parsePipeline } from "../../pipeline/parse.ts";
import type { ProjectFiles } from "../../pipeline/project_files.ts";
import type { Task } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { InvalidBuildError, type NewBuild } from "./new_build.ts";
import { type Repository, repositoryEnvironment } from "./repository.ts";
import { type SentFiles, sentFiles } from "./sent_files.ts";
import { selectTasks } from "./select_tasks.ts";
import { poolTasks, whyNotInPool } from "./pool_tasks.ts";
import { skipReasons } from "./skip_reasons.ts";
import { CONTROLLER_TASK_PROPERTIES, isManual, whyNotForPullRequest, withLockOf } from "./task_properties.ts";

/** A `.cirrus.yml` that somebody wants to have run, and what they know of it. */
export interface Submission {
  readonly definition: string;
  /** What messages call the file. */
  readonly path: string;
  /** Names or aliases of the only tasks to run, without what they depend on; all tasks when absent. */
  readonly tasks?: readonly string[] | undefined;
  /** Variables that win over those of the file. */
  readonly environment: ReadonlyMap<string, string>;
  readonly secretsToMask: readonly string[];
  readonly affectedFiles: readonly string[];
  readonly repository: Repository;
  /** What the definition names of its project's files. */
  readonly files: SentFiles;
  /** The same key is the same build. */
  readonly idempotencyKey?: string | undefined;
}

/** A `.cirrus.yml` that has errors. */
export class InvalidDefinitionError extends Error {
  override readonly name = "InvalidDefinitionError";

  constructor(readonly submission: Submission, readonly diagnostics: readonly Diagnostic[]) {
    super(`Reading ${submission.path}: it has errors; correct them`);
  }
}

/** Variables that every task sees, and expressions of the file too. */
const CONSTANTS = new Map([["CI", "true"], ["CONTINUOUS_INTEGRATION", "true"], ["CIRRUS_CI", "true"]]);

/**
 * Reads a submission, with its project's `files` where those are at hand, into a build, and what there is to warn of.
 * Rejects with an `InvalidDefinitionError`, or with an `InvalidBuildError` when there is nothing to run.
 */
export async function readSubmission(
  submission: Submission,
  files: ProjectFiles = sentFiles(submission.files),
): Promise<{ readonly build: NewBuild; readonly warnings: readonly Diagnostic[] }> {
  const { path, repository, environment: overrides, idempotencyKey } = submission;
  const environment = new Map([...CONSTANTS, ...repositoryEnvironment(repository)]);
  const { tasks, diagnostics } = await parsePipeline(submission.definition, {
    path,
    environment: new Map([...environment, ...overrides]),
    affectedFiles: submission.affectedFiles,
    files,
    taskProperties: CONTROLLER_TASK_PROPERTIES,
  });
  if (diagnostics.some(({ severity }) => severity === "error")) {
    throw new InvalidDefinitionError(submission, diagnostics);
  }
  const known = poolTasks(tasks);
  const chosen = submission.tasks === undefined ? known : chooseTasks(known, submission.tasks);
  const skip = skipReasons(
    chosen,
    (task) =>
      whyNotInPool(task) ?? whyNotForPullRequest(task, new Map([...environment, ...overrides])) ??
        (submission.tasks === undefined && isManual(task)
          ? "its trigger_type is manual: name it to run it"
          : undefined),
  );
  checkSomethingRuns(chosen, { skip, path });
  return {
    build: {
      tasks: chosen.map((task) => withLockOf(environment.get("CIRRUS_REPO_FULL_NAME"), task)),
      environment,
      overrides,
      secretsToMask: submission.secretsToMask,
      repository,
      skip,
      ...idempotencyKey !== undefined && {
        idempotency: { key: idempotencyKey, digest: digestOf(submission) },
      },
    },
    warnings: diagnostics,
  };
}

function chooseTasks(tasks: readonly Task[], names: readonly string[]): Task[] {
  const chosen = new Set(names.flatMap((name) => selectTasks(tasks, name)));
  return [...chosen].map((task) => ({ ...task, requiredGroups: [] }));
}

function checkSomethingRuns(
  tasks: readonly Task[],
  { skip, path }: { skip: ReadonlyMap<bigint, string>; path: string },
): void {
  if (tasks.length === 0) {
    throw new InvalidBuildError(
      `Nothing to run in ${path}: it has no tasks, or only_if excludes all of them`,
    );
  }
  if (tasks.some(({ localGroupId }) => !skip.has(localGroupId))) return;
  const reasons = tasks.map(({ name, localGroupId }) => `${name}: ${skip.get(localGroupId)}`);
  throw new InvalidBuildError(`Nothing to run in ${path}: no task can run here: ${reasons.join("; ")}`);
}

/** Equal for equal submissions, and only for those. */
function digestOf(submission: Submission): string {
  const { environment, ...rest } = submission;
  return createHash("sha256").update(JSON.stringify([rest, [...environment]])).digest("hex");
}
