import { z } from "zod";
import { errorMessage } from "../diagnostics/error_message.ts";
import { parseEndpoint } from "../rpc/endpoint.ts";

/** `token`: of the pool that the worker joins. */
export const tokenOption = z.string().min(1, {
  error: "The token is empty: write the pool's registration token",
})
  .meta({
    description: "The pool's registration token; better in a file of its own, see token-file",
    writeOnly: true,
  });

/** `token-file`. */
export const tokenFileOption = z.string().min(1)
  .describe("As token, from a file that only its owner can read");

const endpoint = z.string().transform((text, { issues }) => {
  try {
    parseEndpoint(text);
  } catch (error) {
    issues.push({ code: "custom", input: text, message: errorMessage(error) });
  }
  return text;
}).describe("http://host:port is plaintext, https://host:port TLS, unix:/path a socket");

const caFile = z.string().min(1)
  .describe("Certificate authorities to trust (PEM); SSL_CERT_FILE, else the system's when not given");

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
  .describe("Several upstreams, polled side by side");
