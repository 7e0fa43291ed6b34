import type { StandbyInstanceParameters } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { ProjectSource } from "../../agent/project_source.ts";
import type { ContainerIsolationOptions } from "../../isolation/container/container_options.ts";
import type { ConfiguredTuning } from "../../isolation/tuning_options.ts";
import type { TartOptions } from "../../isolation/tart/tart_options.ts";
import type { VetuOptions } from "../../isolation/vetu/vetu_options.ts";
import type { SecurityOptions } from "../../security/security_options.ts";
import type { ConfiguredModifier } from "../modifiers/modifier_options.ts";
import type { ConfiguredPrePull } from "../pre_pull/pre_pull_options.ts";

/** One server to poll for tasks. */
export interface UpstreamOptions {
  /** `https://host:port`, `http://host:port` (plaintext) or `unix:/path` (plaintext). */
  readonly endpoint: string;
  /** The registration token of the pool that the worker joins. */
  readonly token: string;
  /** PEM file of the certificate authorities to trust instead of the system's. */
  readonly caFile?: string;
}

/** Settings, or `unrestricted` where the tasks are of the person who runs the worker. */
export type SecurityPolicy = SecurityOptions | "unrestricted";

/** Everything a worker is told. The command line and the configuration file fill it. */
export interface WorkerOptions {
  /** Must be unique in the pool; see `defaultWorkerName`. */
  readonly name: string;
  /** This program's version, for the label `version`. */
  readonly version: string;
  /** Merged over the reserved labels. */
  readonly labels?: Readonly<Record<string, string>>;
  /** What tasks may use, by name; fractions allowed. */
  readonly resources?: Readonly<Record<string, number>>;
  /** Polled side by side; at least one. */
  readonly upstreams: readonly UpstreamOptions[];
  /**
   * What tasks may ask of this host, refused before anything is prepared. Absent: what `{}` means, that is
   * everything but volumes of Tart.
   */
  readonly security?: SecurityPolicy;
  /** Where the workers of this host write down what they own; see `defaultStateDirectory`. */
  readonly stateDirectory: string;
  /** What the mirrors of the repositories that tasks clone may hold together, in bytes; 10 GB when absent. */
  readonly maxMirrorBytes?: number;
  /** Where tasks' directories are made; the host's folder for temporary files (TMPDIR) when absent. */
  readonly temporaryDirectory?: string;
  /** Between two signs of life of a task, in milliseconds; the agent's own default when absent. */
  readonly heartbeatMs?: number;
  /** Stands in for the clone instruction of every task. */
  readonly projectSource?: ProjectSource;
  /** How VMs of Tart are made; `project` is mounted in each. */
  readonly tart?: Pick<TartOptions, "lazyPull" | "project" | "workingDirectory" | "bounds">;
  readonly vetu?: Pick<VetuOptions, "lazyPull" | "workingDirectory">;
  readonly tuning?: ConfiguredTuning;
  /** The instance to keep warm, of Tart or Vetu, until an upstream wants another one; none when absent. */
  readonly standby?: StandbyInstanceParameters | undefined;
  /** Tried in this order for each task in a VM of Vetu: each is held by one task at a time. */
  readonly resourceModifiers?: readonly ConfiguredModifier[] | undefined;
  /** Images of Tart to pull before a task asks for them. */
  readonly prePull?: ConfiguredPrePull | undefined;
  /** True removes VMs with our prefix that no worker of this host wrote down, which are only named otherwise. */
  readonly adoptLeftovers?: boolean;
  /** Tasks without an isolation run in this existing directory, which is left alone, instead of a fresh one. */
  readonly noneWorkingDirectory?: string;
  /** Which engine runs containers, and how; what the defaults are when absent. */
  readonly container?: ContainerIsolationOptions;
}

/** What can change while a worker runs. */
export type ChangeableOptions = Required<
  Pick<WorkerOptions, "labels" | "resources" | "security" | "standby" | "tuning" | "upstreams">
>;
