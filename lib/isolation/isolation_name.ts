import type { Isolation as IsolationMessage } from "../../proto/gen/cirrus_ci_service_pb.ts";

/** The name of the isolation that a task asks for, for people. */
export function isolationName(message: IsolationMessage | undefined): string {
  return message === undefined ? "none" : message.type.case ?? "unknown";
}
