import { Buffer } from "node:buffer";
import type { Logger } from "../../logging/logger.ts";
import { Code } from "../../rpc/code.ts";
import { RpcError } from "../../rpc/rpc_error.ts";
import type { Clock } from "../clock.ts";
import { digestOf, newSecret } from "../secrets.ts";
import type { WorkerStore } from "../store/worker_store.ts";
import { PoolWorker } from "./pool_worker.ts";

/** For how long a worker counts as live after its last poll was answered: it is asked to poll every second. */
const LIVE_MS = 3_000;

/** For how long a session is remembered with which no worker ever polled. */
const UNUSED_SESSION_MS = 24 * 3_600_000;

/** One registration; it becomes a worker's with the first poll, which is what tells the worker's name. */
interface Session {
  readonly digest: string;
  worker: PoolWorker | undefined;
}

/**
 * The workers and their sessions.
 *
 * A worker's name is the one of its metadata: `Register` carries none, and the label `name` may be anything, so
 * that it counts only for who asks for a worker of that name before its first poll. A new
 * session takes a name over, unless the worker of that name is live: then its first poll is refused, so that two
 * workers of one name do not take each other's tasks for lost. The session that lost its name is forgotten.
 */
export class Pool {
  readonly #store: WorkerStore;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #workers = new Map<string, PoolWorker>();
  /** What workers that never polled call themselves in their labels. */
  readonly #introduced = new Set<string>();
  /** By the digest of the session's token. */
  readonly #sessions = new Map<string, Session>();

  private constructor(store: WorkerStore, options: { clock: Clock; logger: Logger }) {
    this.#store = store;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  /** The pool as it was stored. */
  static async load(store: WorkerStore, options: { clock: Clock; logger: Logger }): Promise<Pool> {
    const { clock } = options;
    const pool = new Pool(store, options);
    await store.forgetUnused(clock.now() - UNUSED_SESSION_MS);
    for (const record of await store.all()) {
      pool.#workers.set(record.name, new PoolWorker(record, clock.elapsed()));
    }
    for (const { digest, worker } of await store.sessions()) {
      pool.#sessions.set(digest, { digest, worker: worker === undefined ? undefined : pool.find(worker) });
    }
    return pool;
  }

  get workers(): Iterable<PoolWorker> {
    return this.#workers.values();
  }

  find(name: string): PoolWorker | undefined {
    return this.#workers.get(name);
  }

  /** A worker that was known once: what it had is still to be dealt with. */
  remember(name: string): PoolWorker {
    const worker = this.find(name) ??
      new PoolWorker(newRecord(name, this.#clock.now()), this.#clock.elapsed());
    this.#workers.set(name, worker);
    this.#introduced.delete(name);
    return worker;
  }

  /** As `find`, also for a worker that has registered and not polled yet. */
  findRegistered(name: string): PoolWorker | undefined {
    return this.find(name) ?? (this.#introduced.has(name) ? this.remember(name) : undefined);
  }

  /** Begins a session and resolves with its token. `label` is what the worker calls itself, if it does. */
  async register(label: string | undefined): Promise<string> {
    const token = newSecret();
    const digest = hexDigest(token);
    await this.#store.addSession(digest, this.#clock.now());
    this.#sessions.set(digest, { digest, worker: undefined });
    if (label && !this.find(label)) this.#introduced.add(label);
    return token;
  }

  /**
   * The worker of a session. Rejects with UNAUTHENTICATED when the session is unknown, and with ALREADY_EXISTS when it
   * is new and the name is taken by a worker that is live.
   */
  async authenticate(sessionToken: string, name: string): Promise<PoolWorker> {
    const session = this.#sessions.get(hexDigest(sessionToken));
    if (session === undefined) {
      throw new RpcError(
        Code.UNAUTHENTICATED,
        "This session is not known here, or another one took its name: register again",
      );
    }
    return session.worker?.name === name ? session.worker : await this.#claim(session, name);
  }

  /** Whether a worker is connected, or was a moment ago. */
  isLive(worker: PoolWorker): boolean {
    return worker.polling || (!worker.cutOff && this.#clock.elapsed() - worker.lastSeen < LIVE_MS);
  }

  /** The worker has just called. */
  touch(worker: PoolWorker): void {
    worker.lastSeen = this.#clock.elapsed();
    worker.lastSeenAt = this.#clock.now();
  }

  async save(worker: PoolWorker): Promise<void> {
    await this.#store.update(worker.record);
  }

  async setDisabled(worker: PoolWorker, disabled: boolean): Promise<void> {
    await this.#store.update({ ...worker.record, disabled });
    worker.disabled = disabled;
  }

  /** Forgets a worker that is not live and has no task. Returns whether it was there and could be forgotten. */
  async forget(name: string): Promise<boolean> {
    const worker = this.find(name);
    if (!worker || this.isLive(worker) || worker.taskIds.length > 0) return false;
    await this.#store.remove(name);
    this.#workers.delete(name);
    for (const { digest, worker: owner } of [...this.#sessions.values()]) {
      if (owner === worker) this.#sessions.delete(digest);
    }
    return true;
  }

  async #claim(session: Session, name: string): Promise<PoolWorker> {
    const known = this.find(name);
    if (known && this.isLive(known)) {
      throw new RpcError(
        Code.ALREADY_EXISTS,
        `A worker named "${name}" is already connected: give this one another name, or stop the other; ` +
          "if it is this one restarted, it is let in within seconds",
      );
    }
    const worker = this.remember(name);
    const former = session.worker;
    session.worker = worker;
    this.touch(worker);
    worker.cutOff = false;
    try {
      await this.#store.claim(session.digest, worker.record);
    } catch (error) {
      session.worker = former;
      throw error;
    }
    this.#logger.info(`worker ${name} joined`, { worker: name });
    for (const other of [...this.#sessions.values()]) {
      if (other.worker === worker && other !== session) this.#sessions.delete(other.digest);
    }
    return worker;
  }
}

function newRecord(name: string, now: number) {
  return { name, labels: new Map(), resources: new Map(), disabled: false, lastSeenAt: now };
}

/** To look a session up by its digest tells nothing about tokens that were nearly right. */
function hexDigest(token: string): string {
  return Buffer.from(digestOf(token)).toString("hex");
}
