import type { FlagParametersForType } from "@stricli/core";
import type { CliContext } from "../command.ts";

/** The flags by which commands find a controller's HTTP API. */
export interface AccessFlags {
  readonly endpoint?: string;
  readonly apiTokenFile?: string;
  readonly caFile?: string;
}

/** The flags of every command that asks a controller. */
export interface ClientFlags extends AccessFlags {
  readonly json: boolean;
}

const text = { kind: "parsed", parse: String, optional: true } as const;

export const CLIENT_FLAGS: FlagParametersForType<ClientFlags, CliContext> = {
  endpoint: {
    ...text,
    placeholder: "URL",
    brief: "The controller's HTTP API; CIRRUS_CONTROLLER, else the controller of this host by default",
  },
  apiTokenFile: {
    ...text,
    placeholder: "PATH",
    brief: "The API token, in a file that only its owner can read; CIRRUS_API_TOKEN holds the token itself",
  },
  caFile: {
    ...text,
    placeholder: "PATH",
    brief: "Certificate authorities to trust (PEM); SSL_CERT_FILE, else the system's by default",
  },
  json: { kind: "boolean", withNegated: false, brief: "As JSON, for programs" },
};
