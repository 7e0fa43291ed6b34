import type { Position } from "../../diagnostics/diagnostic.ts";
import type {
  ContainerInstance,
  DockerBuilder,
  MacOSInstance,
  PersistentWorkerInstance,
  PipeInstance,
  PrebuiltImageInstance,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { HostMessage } from "./host_message.ts";

/** What a task runs on, as it is stored with the task. */
export type InstanceMessage =
  | ContainerInstance
  | DockerBuilder
  | MacOSInstance
  | PersistentWorkerInstance
  | PipeInstance
  | PrebuiltImageInstance;

/** What a task runs on, and where its file says so. */
export interface Instance {
  readonly message: InstanceMessage | HostMessage;
  /** Of the key that asks for the instance. */
  readonly at: Position;
  /** Of the `dockerfile` that its image is to be built from. */
  readonly dockerfileAt?: Position | undefined;
  /** What the instance says of variables of the task; those with a null are taken away. */
  readonly variables?: Readonly<Record<string, string | null>>;
}
