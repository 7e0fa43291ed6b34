import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CirrusCIService, TaskIdentificationSchema } from "../../proto/gen/cirrus_ci_service_pb.ts";
import type { Client } from "../rpc/client.ts";
import type { Transfers } from "./transfers.ts";

/** The upstream of one task. */
export interface TaskUpstream {
  readonly client: Client<typeof CirrusCIService>;
  /** To and from where it says that files are. */
  readonly transfers: Transfers;
  /** The deprecated field of every request; undefined where the task's id does not fit into it. */
  readonly taskIdentification: MessageInitShape<typeof TaskIdentificationSchema> | undefined;
}
