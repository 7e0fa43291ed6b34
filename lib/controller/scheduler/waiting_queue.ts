import { type Requirements, signatureOf } from "./requirements.ts";

/** A task that could start if a worker had room for it. */
export interface WaitingTask {
  /** Ids grow with time: the smaller one came first. */
  readonly id: string;
  readonly requirements: Requirements;
  /** When it began to wait, in milliseconds since 1970. Its place does not depend on it. */
  readonly queuedAt: number;
}

/** The order in which tasks came. */
export function compareAge(left: { readonly id: string }, right: { readonly id: string }): number {
  if (left.id === right.id) return 0;
  return left.id.length - right.id.length || (left.id < right.id ? -1 : 1);
}

/**
 * Waiting tasks, oldest first. Tasks that ask for the same are kept together, since what holds for the oldest of
 * them holds for all: 5,000 alike are looked at once.
 */
export class WaitingQueue {
  readonly #groups = new Map<string, WaitingTask[]>();
  readonly #signatures = new Map<string, string>();

  get size(): number {
    return this.#signatures.size;
  }

  has(id: string): boolean {
    return this.#signatures.has(id);
  }

  find(id: string): WaitingTask | undefined {
    return this.#groups.get(this.#signatures.get(id) ?? "")?.find((task) => task.id === id);
  }

  /** Puts a task at the place of its age; one that is in already stays as it is. */
  add(task: WaitingTask): void {
    if (this.has(task.id)) return;
    const signature = signatureOf(task.requirements);
    const group = this.#groups.get(signature) ?? [];
    this.#groups.set(signature, group);
    this.#signatures.set(task.id, signature);
    group.splice(group.findLastIndex((other) => compareAge(other, task) < 0) + 1, 0, task);
  }

  /** Takes a task out; one that is not in is fine. */
  remove(id: string): void {
    const signature = this.#signatures.get(id);
    if (signature === undefined) return;
    this.#signatures.delete(id);
    const group = this.#groups.get(signature) ?? [];
    group.splice(group.findIndex((task) => task.id === id), 1);
    if (group.length === 0) this.#groups.delete(signature);
  }

  /** Of each kind of task the oldest, oldest first. */
  heads(): WaitingTask[] {
    return [...this.#groups.values()].flatMap((group) => group.slice(0, 1)).sort(compareAge);
  }
}
