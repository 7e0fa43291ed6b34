import type { ListenAddress } from "./listen_address.ts";

/** The flags of `cirrus controller run`. */
export interface ControllerRunFlags {
  readonly listen: ListenAddress;
  readonly httpListen: ListenAddress;
  readonly dataDir?: string;
  readonly registrationTokenFile?: string;
  readonly apiTokenFile?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly publicUrl?: string;
  readonly insecure: boolean;
  /** Milliseconds. */
  readonly keep: number;
  /** Bytes. */
  readonly maxDisk: number;
  /** Milliseconds. */
  readonly queueTimeout: number;
  /** Milliseconds. */
  readonly workerTimeout: number;
}
