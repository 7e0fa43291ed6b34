import type { Command } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { Position } from "../../diagnostics/diagnostic.ts";

/** A command and where its instruction stands. */
export interface PlacedCommand {
  readonly command: Command;
  readonly at: Position;
}
