import { Status, type Task } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { IdSource } from "../id_source.ts";
import type { Repository } from "./repository.ts";
import type { BuildDraft, TaskDraft } from "../store/build_store.ts";
import { fateOf } from "./fate.ts";
import { propertyOf, workerInstanceOf } from "./task_definition.ts";

/** What somebody wants to have run. */
export interface NewBuild {
  /** As a parser of `.cirrus.yml` yields them. */
  readonly tasks: readonly Task[];
  /** Variables that a task's own go over: what is known of the repository, say. */
  readonly environment?: ReadonlyMap<string, string>;
  /** Variables that go over a task's own. */
  readonly overrides?: ReadonlyMap<string, string>;
  /** Values that must not show in logs. */
  readonly secretsToMask?: readonly string[];
  /** The `local_group_id` of the tasks to run, which then wait for no other; all tasks when absent. */
  readonly only?: ReadonlySet<bigint>;
  /** The `local_group_id` of tasks that are only listed, each with the reason. What depends on them runs. */
  readonly skip?: ReadonlyMap<bigint, string>;
  /**
   * A build with the same key is the same build: it is made once, however often it is asked for. The digest is of what
   * was asked for: the same key with another one is an error.
   */
  readonly idempotency?: { readonly key: string; readonly digest: string };
  readonly repository?: Repository;
}

/** A build that makes no sense as it is. The message says what to change. */
export class InvalidBuildError extends Error {
  override readonly name = "InvalidBuildError";
}

/** Gives a build and its tasks their ids, and works out where each task starts. Throws an `InvalidBuildError`. */
export function draftBuild(build: NewBuild, options: { ids: IdSource; now: number }): BuildDraft {
  const chosen = build.tasks.filter(({ localGroupId }) => build.only?.has(localGroupId) ?? true);
  check(chosen, build.skip ?? new Map());
  const buildId = options.ids.next();
  const numbered = chosen.map((task) => ({ task, id: options.ids.next() }));
  const drafts = new Map<bigint, TaskDraft>();
  for (const { task, id } of inOrder(numbered, build.only)) {
    const requires = requiredBy(task, build.only).flatMap((required) => drafts.get(required) ?? []);
    drafts.set(task.localGroupId, {
      id,
      definition: task,
      allowFailures: propertyOf(task, "allow_failures") === "true",
      requires: requires.map((required) => required.id),
      state: firstState(task, requires, build.skip?.get(task.localGroupId)),
    });
  }
  return {
    id: buildId,
    createdAt: options.now,
    ...(build.idempotency === undefined ? {} : { idempotency: build.idempotency }),
    repository: build.repository ?? {},
    environment: build.environment ?? new Map(),
    overrides: build.overrides ?? new Map(),
    secretsToMask: build.secretsToMask ?? [],
    tasks: chosen.flatMap(({ localGroupId }) => drafts.get(localGroupId) ?? []),
  };
}

function requiredBy(task: Task, only: ReadonlySet<bigint> | undefined): bigint[] {
  return only === undefined ? [...new Set(task.requiredGroups)] : [];
}

interface NumberedTask {
  readonly task: Task;
  readonly id: string;
}

/** The tasks so that each comes after those that it requires. */
function inOrder(tasks: readonly NumberedTask[], only: ReadonlySet<bigint> | undefined): NumberedTask[] {
  const placed = new Set<bigint>();
  const order: NumberedTask[] = [];
  let left = tasks;
  while (left.length > 0) {
    const ready = left.filter(({ task }) => requiredBy(task, only).every((id) => placed.has(id)));
    if (ready.length === 0) throw unsatisfied(left.map(({ task }) => task), tasks);
    for (const { task } of ready) placed.add(task.localGroupId);
    order.push(...ready);
    left = left.filter(({ task }) => !placed.has(task.localGroupId));
  }
  return order;
}

function unsatisfied(left: readonly Task[], all: readonly NumberedTask[]): InvalidBuildError {
  const known = new Set(all.map(({ task }) => task.localGroupId));
  const stray = left.find((task) => task.requiredGroups.some((id) => !known.has(id)));
  return new InvalidBuildError(
    stray
      ? `Making a build: the task "${stray.name}" depends on a task that the build does not have; add that one`
      : `Making a build: these tasks depend on each other in a circle: ${
        left.map(({ name }) => name).join(", ")
      }`,
  );
}

function firstState(
  task: Task,
  requires: readonly TaskDraft[],
  skipReason: string | undefined,
): TaskDraft["state"] {
  if (skipReason !== undefined) return { status: "skipped", message: skipReason };
  if (task.status === Status.SKIPPED) return { status: "skipped", message: "Skipped by its `skip`" };
  const fate = fateOf(requires.map(({ definition, state, allowFailures }) => ({
    name: definition.name,
    status: state.status,
    allowFailures,
  })));
  return { status: fate.kind === "trigger" ? "triggered" : "created" };
}

function check(tasks: readonly Task[], skip: ReadonlyMap<bigint, string>): void {
  const fail = (message: string) => {
    throw new InvalidBuildError(`Making a build: ${message}`);
  };
  if (tasks.length === 0) fail("it has no tasks; choose at least one");
  if (new Set(tasks.map(({ localGroupId }) => localGroupId)).size < tasks.length) {
    fail("two of its tasks have the same local_group_id; number them");
  }
  for (const task of tasks) {
    const skipped = skip.has(task.localGroupId) || task.status === Status.SKIPPED;
    if (!skipped && workerInstanceOf(task) === undefined) {
      fail(`the task "${task.name}" is for no persistent worker; give it persistent_worker, or skip it`);
    }
    const names = new Set<string>();
    for (const { name } of task.commands) {
      if (names.has(name)) fail(`the task "${task.name}" has two commands named "${name}"; rename one`);
      names.add(name);
    }
  }
}
