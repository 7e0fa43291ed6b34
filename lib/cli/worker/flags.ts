import type { FlagParametersForType } from "@stricli/core";
import { CLOUD_ENDPOINT } from "../../worker/options/cloud_endpoint.ts";
import { parseByteSize } from "../../units/byte_size.ts";
import type { CliContext } from "../command.ts";
import { parseLabels, parseResources } from "./key_values.ts";

/** The flags by which every `cirrus worker` command finds its upstream and its name there. */
export interface UpstreamFlags {
  readonly file?: string;
  readonly name?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly caFile?: string;
  readonly rpcEndpoint?: string;
}

/** The flags of `cirrus worker status`. */
export interface StatusFlags {
  readonly file?: string;
  readonly json: boolean;
  readonly stateDir?: string;
}

/** The flags of `cirrus worker run`. */
export interface WorkerRunFlags extends UpstreamFlags {
  readonly labels?: ReadonlyArray<Readonly<Record<string, string>>>;
  readonly resources?: ReadonlyArray<Readonly<Record<string, number>>>;
  readonly stateDir?: string;
  /** Bytes. */
  readonly maxMirrors: number;
  readonly adoptLeftovers: boolean;
  readonly lazyPull: boolean;
  readonly user?: string;
  readonly userCoarseGrained: boolean;
}

const text = { kind: "parsed", parse: String, optional: true } as const;

export const UPSTREAM_FLAGS: FlagParametersForType<UpstreamFlags, CliContext> = {
  file: { ...text, placeholder: "PATH", brief: "YAML configuration; what it says wins over the flags" },
  name: {
    ...text,
    placeholder: "NAME",
    brief: "Unique in the pool; the host's name without .lan or .local by default",
  },
  token: {
    ...text,
    placeholder: "TOKEN",
    brief: "The pool's registration token; others on this host can read it here: better --token-file",
  },
  tokenFile: { ...text, placeholder: "PATH", brief: "As --token, from a file that only its owner can read" },
  caFile: {
    ...text,
    placeholder: "PATH",
    brief: "Certificate authorities to trust (PEM); SSL_CERT_FILE, else the system's by default",
  },
  rpcEndpoint: {
    ...text,
    placeholder: "URL",
    brief:
      `The upstream: http:// is plaintext, https:// TLS, unix: a socket (default ${CLOUD_ENDPOINT}, gone since 1 June 2026)`,
  },
};

export const WORKER_RUN_FLAGS: FlagParametersForType<WorkerRunFlags, CliContext> = {
  ...UPSTREAM_FLAGS,
  labels: {
    kind: "parsed",
    parse: parseLabels,
    variadic: true,
    optional: true,
    placeholder: "k=v[,k=v]",
    brief: "Labels beside os, arch, version, hostname and name",
  },
  resources: {
    kind: "parsed",
    parse: parseResources,
    variadic: true,
    optional: true,
    placeholder: "k=number[,k=number]",
    brief: "Resources that tasks can ask for",
  },
  stateDir: {
    kind: "parsed",
    parse: String,
    optional: true,
    placeholder: "PATH",
    brief: "Where this host's workers write down what they own; the platform's state folder by default",
  },
  maxMirrors: {
    kind: "parsed",
    parse: parseByteSize,
    default: "10GB",
    placeholder: "SIZE",
    brief: "What the mirrors of cloned repositories may take together; those not used for longest go first",
  },
  lazyPull: {
    kind: "boolean",
    withNegated: false,
    brief: "Pull a container's image only when the engine does not have it",
  },
  adoptLeftovers: {
    kind: "boolean",
    withNegated: false,
    brief: "Also remove virtual machines with our name prefix that no worker wrote down",
  },
  user: {
    kind: "parsed",
    parse: String,
    optional: true,
    placeholder: "NAME",
    brief: "Started as root: run every program as this user, in whose name directories are made, too",
  },
  userCoarseGrained: {
    kind: "boolean",
    withNegated: false,
    brief: "The same as --user, which it needs",
  },
};
