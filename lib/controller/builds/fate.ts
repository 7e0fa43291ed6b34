import { type BuildStatus, isFinal, type Status } from "../records.ts";

/** What of a task decides over its build and over the tasks that depend on it. */
export interface Standing {
  readonly name: string;
  readonly status: Status;
  /** A failure does not fail the build, and what depends on the task runs all the same. */
  readonly allowFailures: boolean;
}

/** What becomes of a task that waits for others. */
export type Fate =
  | { readonly kind: "wait" }
  | { readonly kind: "trigger" }
  /** It can never run, because of the task of this name. */
  | { readonly kind: "abort"; readonly culprit: string };

/** A task runs when all that it requires passed, were skipped, or failed and were allowed to. */
export function fateOf(requires: readonly Standing[]): Fate {
  const culprit = requires.find(({ status, allowFailures }) =>
    status === "aborted" || (status === "failed" && !allowFailures)
  );
  if (culprit !== undefined) return { kind: "abort", culprit: culprit.name };
  return { kind: requires.every(({ status }) => isFinal(status)) ? "trigger" : "wait" };
}

/** What is said of a task that can never run because of another one. */
export function dependencyMessage(culprit: string): string {
  return `Not run: "${culprit}", on which it depends, did not pass`;
}

/** The status of a build with these tasks. */
export function buildStatusOf(tasks: Iterable<Omit<Standing, "name">>): BuildStatus {
  let result: BuildStatus = "completed";
  for (const { status, allowFailures } of tasks) {
    if (!isFinal(status)) return "executing";
    if (status === "failed" && !allowFailures) result = "failed";
    if (status === "aborted" && result === "completed") result = "aborted";
  }
  return result;
}
