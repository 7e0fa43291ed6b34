import type { Assignment } from "./assignment.ts";

/** All that workers have, by task. A task is with one worker at a time. */
export class Assignments {
  readonly #byTask = new Map<string, Assignment>();

  get size(): number {
    return this.#byTask.size;
  }

  find(taskId: string): Assignment | undefined {
    return this.#byTask.get(taskId);
  }

  /** Whether a worker has a task with this lock. */
  isLocked(lock: string): boolean {
    return this.#byTask.values().some(({ record }) => record.requirements.lock === lock);
  }

  add(assignment: Assignment): void {
    this.#byTask.set(assignment.taskId, assignment);
    assignment.worker.add(assignment);
  }

  remove(assignment: Assignment): void {
    if (this.#byTask.get(assignment.taskId) === assignment) this.#byTask.delete(assignment.taskId);
    assignment.worker.remove(assignment.taskId);
  }

  [Symbol.iterator](): Iterator<Assignment> {
    return [...this.#byTask.values()].values();
  }
}
