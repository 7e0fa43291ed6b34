import type { FlagParametersForType } from "@stricli/core";
import { parseByteSize } from "../../units/byte_size.ts";
import type { CliContext } from "../command.ts";
import { parsePositiveDuration } from "../../units/positive_duration.ts";
import { parseKeep } from "../../controller/retention/keep.ts";
import { type ListenAddress, parseListenAddress } from "../../units/listen_address.ts";
import { parsePublicHttpUrl } from "../../controller/public_http_url.ts";

/** The flags of `cirrus controller run`. */
export interface ControllerRunFlags {
  readonly file?: string;
  readonly listen: ListenAddress;
  readonly httpListen: ListenAddress;
  readonly dataDir?: string;
  readonly registrationTokenFile?: string;
  readonly apiTokenFile?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly publicUrl?: string;
  readonly publicHttpUrl?: string;
  readonly insecure: boolean;
  /** Milliseconds. */
  readonly keep: number;
  /** Bytes. */
  readonly maxDisk: number;
  /** Bytes. */
  readonly maxCaches?: number;
  /** Milliseconds. */
  readonly queueTimeout: number;
  /** Milliseconds. */
  readonly workerTimeout: number;
}

const optionalText = { kind: "parsed", parse: String, optional: true } as const;

export const CONTROLLER_RUN_FLAGS: FlagParametersForType<ControllerRunFlags, CliContext> = {
  file: {
    ...optionalText,
    placeholder: "PATH",
    brief: "YAML configuration; what it says wins over the flags",
  },
  listen: {
    kind: "parsed",
    parse: parseListenAddress,
    default: "127.0.0.1:6130",
    placeholder: "HOST:PORT",
    brief: "Where workers reach it",
  },
  httpListen: {
    kind: "parsed",
    parse: parseListenAddress,
    default: "127.0.0.1:6131",
    placeholder: "HOST:PORT",
    brief: "Where its HTTP API is",
  },
  dataDir: {
    ...optionalText,
    placeholder: "DIR",
    brief: "Where builds, logs and tokens are kept; controller in the platform's state folder by default",
  },
  registrationTokenFile: {
    ...optionalText,
    placeholder: "PATH",
    brief: "The token that workers join with; made in the data directory by default",
  },
  apiTokenFile: {
    ...optionalText,
    placeholder: "PATH",
    brief: "The token that the HTTP API asks for; made in the data directory by default",
  },
  tlsCert: {
    ...optionalText,
    placeholder: "PATH",
    brief: "The server's certificate and its chain (PEM)",
  },
  tlsKey: { ...optionalText, placeholder: "PATH", brief: "The certificate's private key (PEM)" },
  publicUrl: {
    ...optionalText,
    placeholder: "URL",
    brief: "Under which workers reach it, where that is not --listen: behind a proxy, say",
  },
  publicHttpUrl: {
    kind: "parsed",
    parse: parsePublicHttpUrl,
    optional: true,
    placeholder: "URL",
    brief: "Under which workers reach --http-listen, for caches and artifacts, where it is behind a proxy",
  },
  insecure: {
    kind: "boolean",
    withNegated: false,
    brief: "Listen without TLS where others can reach it",
  },
  keep: {
    kind: "parsed",
    parse: parseKeep,
    default: "30d",
    placeholder: "DURATION",
    brief: "Forget builds that ended longer ago, such as 30d or 12h",
  },
  maxDisk: {
    kind: "parsed",
    parse: parseByteSize,
    default: "50GB",
    placeholder: "SIZE",
    brief: "Forget the builds that ended first while builds, logs, artifacts and caches take more",
  },
  maxCaches: {
    kind: "parsed",
    parse: parseByteSize,
    optional: true,
    placeholder: "SIZE",
    brief: "Forget the caches not used for longest while they take more; half of --max-disk by default",
  },
  queueTimeout: {
    kind: "parsed",
    parse: parsePositiveDuration,
    default: "24h",
    placeholder: "DURATION",
    brief: "Fail a task that no worker took for so long",
  },
  workerTimeout: {
    kind: "parsed",
    parse: parsePositiveDuration,
    default: "5m",
    placeholder: "DURATION",
    brief: "Take a worker for lost that was silent for so long, with its tasks",
  },
};
