/** What a task's place is made from, as metrics name it. */
export interface ObservedInstance {
  readonly image: string;
  /** The isolation: `tart`, `vetu`, `container`. */
  readonly type: string;
  /** Processors that were asked for. */
  readonly cpus: number;
}

/** What a worker's rooms tell about their work, one event each time it happens. */
export type TelemetryEvent =
  | { readonly kind: "task assigned" }
  | {
    readonly kind: "task reached";
    readonly phase: "prepared" | "first_line" | "finished";
    readonly isolation: string;
    /** Since the assignment. */
    readonly seconds: number;
  }
  | { readonly kind: "task failed"; readonly isolation: string; readonly cause: TaskFailureCause }
  | { readonly kind: "registered"; readonly upstream: string }
  | {
    readonly kind: "polled";
    readonly upstream: string;
    readonly seconds: number;
    /** The status of gRPC, such as `UNAVAILABLE`, when it failed. */
    readonly failure?: string;
  }
  /** Bytes of a log wait for their delivery now. */
  | { readonly kind: "log kept"; readonly bytes: number }
  /** They do no more: they were delivered, or given up. */
  | { readonly kind: "log forgotten"; readonly bytes: number }
  | { readonly kind: "image used"; readonly instance: ObservedInstance }
  | {
    readonly kind: "image pulled";
    readonly image: string;
    readonly type: string;
    readonly seconds: number;
    readonly failed: boolean;
  }
  | { readonly kind: "standby taken"; readonly hit: boolean; readonly instance: ObservedInstance }
  | { readonly kind: "standby booted"; readonly seconds: number }
  | { readonly kind: "leftover removed"; readonly resource: string };

/** Why a task failed although no script of it did. */
export type TaskFailureCause = "security" | "preparation" | "execution" | "shutdown";

/** Takes events; never throws and never waits. */
export type Observe = (event: TelemetryEvent) => void;
