import type { WorkerRecord } from "../records.ts";

/** The workers that ever polled, and their sessions. */
export interface WorkerStore {
  all(): Promise<WorkerRecord[]>;
  /** Digests of session tokens and the worker that each belongs to, undefined before its first poll. */
  sessions(): Promise<Array<{ readonly digest: string; readonly worker: string | undefined }>>;
  addSession(digest: string, at: number): Promise<void>;
  /** Forgets sessions from before `at` that never became a worker's. */
  forgetUnused(at: number): Promise<void>;
  /** Makes a session that of a worker, which is created when it is new; its former session is forgotten. */
  claim(digest: string, worker: WorkerRecord): Promise<void>;
  /** Records what a worker says about itself. */
  update(worker: WorkerRecord): Promise<void>;
  /** Forgets a worker and its session. */
  remove(name: string): Promise<void>;
}
