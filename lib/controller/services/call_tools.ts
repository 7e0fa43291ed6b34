import type { TaskIdentification } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { CallContext } from "../../rpc/server.ts";
import type { Assignment } from "../workers/assignment.ts";
import type { guarded } from "./guarded.ts";

/** What all calls of an agent need. */
export interface CallTools {
  readonly guard: ReturnType<typeof guarded>;
  /** The assignment whose agent calls. */
  readonly assignmentOf: (
    context: CallContext,
    identification: TaskIdentification | undefined,
  ) => Promise<Assignment>;
}
