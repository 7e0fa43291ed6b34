/** How a task ended, as far as the agent can tell. What concerns the upstream's `CirrusCIService` is reported already. */
export type AgentOutcome =
  /** All commands are over and reported; `passed` is false when one failed or the time ran out. */
  | { readonly kind: "finished"; readonly passed: boolean }
  /** Stopped on request: what ran was aborted and reported so, the rest skipped. */
  | { readonly kind: "cancelled" }
  /** The upstream could not show the server secret: nothing was run. */
  | { readonly kind: "rejected"; readonly message: string }
  /** The environment or the working directory could not be made: nothing was run. */
  | { readonly kind: "unprepared"; readonly message: string }
  /** The machine broke down under the task. */
  | { readonly kind: "machineLost"; readonly message: string };
