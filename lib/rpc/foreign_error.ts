import { Code } from "./code.ts";
import { RpcError } from "./rpc_error.ts";

/**
 * Makes an `RpcError` of what grpc-js, http2 or a socket threw, which stays its cause. What a server said is
 * kept word for word; what the transport says is told so that a person knows which endpoint and what to do.
 */
export function toRpcError(error: unknown, { endpoint }: { readonly endpoint: string }): RpcError {
  if (error instanceof RpcError) return error;
  if (!(error instanceof Error)) return new RpcError(Code.UNKNOWN, String(error), { cause: error });
  const code = "code" in error && isCode(error.code) ? error.code : Code.UNKNOWN;
  const details = "details" in error && typeof error.details === "string" ? error.details : error.message;
  return new RpcError(code, explain(details, endpoint), { cause: error });
}

const CODES: ReadonlySet<unknown> = new Set(Object.values(Code));

function isCode(value: unknown): value is Code {
  return CODES.has(value);
}

function explain(details: string, endpoint: string): string {
  for (const [pattern, meaning] of MEANINGS) {
    const match = pattern.exec(details);
    if (match !== null) return meaning(endpoint, match[1] ?? details);
  }
  return details;
}

/**
 * What grpc-js 1.14 says when a call fails on this side of the wire, and what it means. The texts are matched
 * from their start, so that no text of a server is taken for one. The second argument is what the pattern
 * captured, else the whole text.
 */
const MEANINGS: readonly (readonly [RegExp, (endpoint: string, text: string) => string])[] = [
  [
    /^No connection established\. Last error: (.*?)\. Resolution note: /s,
    (endpoint, text) => `Could not reach ${endpoint}: ${explainConnecting(text)}`,
  ],
  [
    /^Name resolution failed for target /,
    (endpoint) =>
      `Could not reach ${endpoint}: its host name is not known here; check its spelling, and the DNS`,
  ],
  [
    /^Deadline exceeded after ([\d.]+)s.*Waiting for LB pick$/,
    (endpoint, time) =>
      `Could not reach ${endpoint} within ${seconds(time)}; check the endpoint and that its server runs`,
  ],
  [
    /^Deadline exceeded after ([\d.]+)s/,
    (endpoint, time) =>
      `No answer from ${endpoint} within ${seconds(time)}; its server hangs or is overloaded`,
  ],
  [
    /^Received HTTP status code (\d+)$/,
    (endpoint, status) =>
      `${endpoint} answers with HTTP status ${status} instead of gRPC; check host and port, and proxies between`,
  ],
  [
    // Half a gigabyte and more: the first letters of a text, read as a size.
    /^Received message larger than max \((?:[5-9]\d{8}|\d{10,}) vs /,
    (endpoint) =>
      `${endpoint} answers with something else than gRPC; check host and port, and proxies between`,
  ],
  [
    /^Received message larger than max \((\d+ vs \d+)\)/,
    (endpoint, sizes) =>
      `A message to or from ${endpoint} is larger than its receiver takes (${sizes} bytes)`,
  ],
  [
    /^(?:Connection dropped|Call cancelled|(?:read|write) E[A-Z]+|Received RST_STREAM with code )/,
    (endpoint, text) => `The connection to ${endpoint} broke, or its server gave the call up: ${text}`,
  ],
];

function seconds(text: string): string {
  return `${Number(Number(text).toPrecision(3))} s`;
}

/** What node and rustls say of a connection that could not be made, and what it means. The first match counts. */
const CONNECTING: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED/, "nothing listens there; check the endpoint and that its server runs"],
  [/ENOENT/, "there is no such socket; check the path and that its server runs"],
  [/EACCES/, "not allowed to open the socket; check its owner and mode"],
  [
    /EHOSTUNREACH|ENETUNREACH|ETIMEDOUT/,
    "its host cannot be reached; check the network, firewalls and, on macOS, the Local Network permission",
  ],
  [/no answer within/, "it takes connections and says nothing; check that a gRPC server runs there"],
  [
    /InvalidContentType|wrong version number/,
    "it speaks no TLS; write http:// if it is meant to be plaintext",
  ],
  [/ProtocolVersion/, "it offers no TLS 1.3; older versions are not accepted"],
  [/altnames/, "its certificate is for another name; use the one it was issued for"],
  [
    /certificate|issuer|CERT/i,
    "its certificate is not trusted; name the authority that signed it as the CA file",
  ],
  [
    /EPIPE|ECONNRESET|write after end|closed|disconnected|Protocol error|Failed to connect/,
    "what listens there hung up: it is ending, or speaks no gRPC this way; check the port, and http:// against https://",
  ],
];

function explainConnecting(text: string): string {
  const meaning = CONNECTING.find(([pattern]) => pattern.test(text))?.[1];
  // The name of the error's class and the time, which the reader of a log has already.
  const plain = text.replace(/^(?:\w*Error(?: \[\w+\])?: )+/, "").replace(/ \(\d{4}-[^)]*Z\)$/, "").trim();
  return meaning === undefined ? plain : `${meaning} (${plain})`;
}
