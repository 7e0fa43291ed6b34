import { z } from "zod";
import { endpointOption } from "../../rpc/endpoint_option.ts";

/** `token`: of the pool that the worker joins. */
export const tokenOption = z.string().regex(/^[\x20-\x7e]+$/, {
  error:
    "Invalid token: it must be printable ASCII on one line and not empty, since it is sent with every call",
}).meta({
  description: "The pool's registration token; better in a file of its own, see token-file",
  examples: ["REGISTRATION-TOKEN"],
  writeOnly: true,
});

/** `token-file`. */
export const tokenFileOption = z.string().min(1)
  .meta({
    description: "As token, from a file that only its owner can read",
    examples: ["/etc/cirrus/token"],
  });

const endpoint = endpointOption.meta({
  description: "http://host:port is plaintext, https://host:port TLS, unix:/path a socket",
  examples: ["https://ci.example.com:6130"],
});

const caFile = z.string().min(1)
  .meta({
    description: "Certificate authorities to trust (PEM); SSL_CERT_FILE, else the system's when not given",
    examples: ["/etc/cirrus/ca.pem"],
  });

/** `rpc` of a worker's configuration file: the one upstream. */
export const rpcOptions = z.strictObject({
  endpoint: endpoint.optional(),
  "ca-file": caFile.optional(),
}).describe("The upstream to poll for tasks");

/** `upstreams` of a worker's configuration file. */
export const upstreamsOption = z.array(z.strictObject({
  endpoint,
  token: tokenOption.optional(),
  "token-file": tokenFileOption.optional(),
  "ca-file": caFile.optional(),
})).min(1, { error: "There is no upstream here: name one, or remove the key" })
  .meta({
    description: "Several upstreams, polled side by side, in the place of rpc and the token",
    examples: [[
      { endpoint: "https://ci.example.com:6130", "token-file": "/etc/cirrus/token" },
      { endpoint: "http://10.0.0.2:6130", "token-file": "/etc/cirrus/other-token" },
    ]],
  });
