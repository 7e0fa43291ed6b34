import { type CommandResult, Status } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { CommandOutcome, CommandState } from "../records.ts";

const OUTCOMES: ReadonlyMap<Status, CommandOutcome["status"]> = new Map([
  [Status.ABORTED, "aborted"],
  [Status.FAILED, "failed"],
  [Status.COMPLETED, "completed"],
  [Status.SKIPPED, "skipped"],
]);

/** Where commands are, from what an agent says of them in order. Of a command that has its outcome that stays. */
export function commandStates(results: readonly CommandResult[]): Map<string, CommandState> {
  const states = new Map<string, CommandState>();
  for (const result of results) {
    const state = stateOf(result);
    const known = states.get(result.name);
    if (state !== undefined && !(known && "durationMs" in known)) states.set(result.name, state);
  }
  return states;
}

function stateOf(result: CommandResult): CommandState | undefined {
  if (result.status === Status.EXECUTING) return { status: "executing" };
  const status = OUTCOMES.get(result.status) ?? oldOutcome(result);
  const durationMs = Math.max(0, Number(result.durationInNanos) / 1e6);
  return status && { status, durationMs, signaled: result.signaledToExit };
}

/** Agents from before there was a status only said whether a command that was over had succeeded. */
function oldOutcome(result: CommandResult): CommandOutcome["status"] | undefined {
  if (result.status !== Status.CREATED) return undefined;
  if (result.succeded) return "completed";
  return result.durationInNanos > 0n ? "failed" : undefined;
}
