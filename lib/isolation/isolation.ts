/**
 * The contract of an isolation: it knows how to prepare a place to run in, and nothing of tasks.
 *
 * The worker picks one by the `Isolation` message of a task, calls `prepare` once for each task (several
 * at once), and disposes the machine. A place that could not be prepared rejects with an error whose
 * message says what failed and what to do; nothing of it is left behind then.
 */
import type { Machine } from "../machine/machine.ts";
import type { Observe } from "../telemetry/telemetry_event.ts";

/** Something on the host that outlives the worker if the worker is killed. */
export type OwnedResource =
  | { readonly kind: "directory"; readonly path: string }
  /** Every process whose environment holds this mark. */
  | { readonly kind: "processes"; readonly mark: string }
  | { readonly kind: "container"; readonly engine: string; readonly name: string }
  | { readonly kind: "vm"; readonly program: "tart" | "vetu"; readonly name: string };

/** Who has made something: for a mark on it, by which it is found where what was written down of it is lost. */
export interface ResourceOwner {
  /** Unique to the worker. */
  readonly id: string;
  /** Unique to the host and the state directory, whose workers know which of them live. */
  readonly home: string;
}

/**
 * Where an isolation writes down what it is about to make, so that the next start on this host can
 * remove what a killed worker left behind.
 */
export interface ResourceLedger {
  /** Returns once the claim is on the disk. Dispose it after the resource itself is gone. */
  claim(resource: OwnedResource): Promise<AsyncDisposable>;
  /** Who claims. Throws an error when the state directory is of no use. */
  identify(): ResourceOwner;
}

/** What a place is prepared for. */
export interface PrepareRequest {
  /** Names the place: part of the names of containers and VMs. */
  readonly taskId: string;
  /** Lines for the person who waits for the task: pulls, boots. */
  readonly progress: (line: string) => void;
  /** Lines for the worker's log alone, however many come for as long as the place is there; dropped when absent. */
  readonly log?: (line: string) => void;
  /** Aborting it stops the preparation and undoes what there is of it. */
  readonly signal: AbortSignal;
  readonly ledger: ResourceLedger;
  /** Variables by which the programs that prepare the place take part in the task's trace (W3C Trace Context). */
  readonly traceEnvironment?: ReadonlyMap<string, string>;
  /** Told of pulls. */
  readonly observe?: Observe;
}

/** One way to prepare a machine. Made from an `Isolation` message of one kind and its options. */
export interface Isolation {
  prepare(request: PrepareRequest): Promise<Machine>;
}
