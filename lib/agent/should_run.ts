import { type Command, Command_CommandExecutionBehavior } from "../../proto/gen/cirrus_ci_service_pb.ts";

/** How the task stands when it is a command's turn. */
export interface TaskState {
  readonly failed: boolean;
  readonly timedOut: boolean;
}

/** Whether it is a command's turn. A behaviour that this version does not know counts as `ON_SUCCESS`. */
export function shouldRun(command: Command, state: TaskState): boolean {
  switch (command.executionBehaviour) {
    case Command_CommandExecutionBehavior.ALWAYS:
      return true;
    case Command_CommandExecutionBehavior.ON_FAILURE:
      return state.failed;
    case Command_CommandExecutionBehavior.ON_TIMEOUT:
      return state.timedOut;
    default:
      return !state.failed;
  }
}

/** Whether a command may take the extra time at the end of a task. */
export function getsExtraTime(command: Command): boolean {
  return command.executionBehaviour === Command_CommandExecutionBehavior.ALWAYS ||
    command.executionBehaviour === Command_CommandExecutionBehavior.ON_TIMEOUT;
}
