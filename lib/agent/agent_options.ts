import type { CirrusCIService } from "../../proto/gen/cirrus_ci_service_pb.ts";
import type { Logger } from "../logging/logger.ts";
import type { Machine } from "../machine/machine.ts";
import type { Client } from "../rpc/client.ts";
import type { Observe } from "../telemetry/telemetry_event.ts";
import type { AgentTimings } from "./agent_timings.ts";
import type { MirrorsOptions } from "./clone/mirrors.ts";
import type { ProjectSource } from "./project_source.ts";
import type { Transfers } from "./transfers.ts";

/** One task and all that the agent needs for it. */
export interface AgentOptions extends Partial<AgentTimings> {
  readonly machine: Machine;
  /** What happened while it was prepared: lines for the head of the log of the first command that runs. */
  readonly preparation?: readonly string[];
  /** Calls the task's upstream, the task's metadata bound already. */
  readonly client: Client<typeof CirrusCIService>;
  /** For the files that the upstream gives out URLs of. */
  readonly transfers: Transfers;
  readonly taskId: string;
  readonly clientSecret: string;
  /** What the upstream has to answer with before anything of it is run. */
  readonly serverSecret: string;
  /** An existing folder of the worker's host, for logs and clones, which are too large to be kept in memory. */
  readonly spoolDirectory: string;
  /** What is kept of the repositories that were cloned. */
  readonly mirrors: MirrorsOptions;
  /** For the worker's operators; no secret of the task's is written to it. */
  readonly logger: Logger;
  /** Brings the project where the task says `clone`, in the place of its repository. */
  readonly projectSource?: ProjectSource;
  /** Told of the logs that are written. */
  readonly observe?: Observe;
  /** Whether logs travel with gzip. */
  readonly compressLogs: boolean;
  /** What the worker adds to the machine's own environment (`TRACEPARENT`...). A task's variables go over it. */
  readonly environment?: ReadonlyMap<string, string>;
}
