/** Where a server is reached, and how. */
export type Endpoint =
  | { readonly kind: "plaintext"; readonly target: string; readonly host: string }
  | { readonly kind: "tls"; readonly target: string; readonly host: string }
  | { readonly kind: "unix"; readonly target: string };

/**
 * Reads an endpoint: `http://host:port` is plaintext, `unix:PATH` a plaintext socket, `https://host:port` or
 * a bare `host:port` TLS. In the result, `target` is what grpc-js connects to and `host` is without brackets.
 * Throws an `Error` that says what is wrong.
 */
export function parseEndpoint(endpoint: string): Endpoint {
  if (endpoint.startsWith("unix:")) return parseUnix(endpoint);
  const url = parseUrl(endpoint);
  const secure = url.protocol === "https:";
  return {
    kind: secure ? "tls" : "plaintext",
    target: `dns:${url.hostname}:${url.port || (secure ? "443" : "80")}`,
    host: url.hostname.replace(/^\[|\]$/g, ""),
  };
}

/** Whether a host is this machine, which no proxy ever reaches. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d+){3}$/.test(host);
}

function parseUnix(endpoint: string): Endpoint {
  const path = endpoint.slice("unix:".length).replace(/^\/\/(?=\/)/, "");
  if (path === "") throw invalid(endpoint, "the path is missing; write it as unix:/path/to/socket");
  return { kind: "unix", target: `unix:${path}` };
}

function parseUrl(endpoint: string): URL {
  const scheme = /^([^:/]*):\/\//.exec(endpoint)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== "http" && scheme !== "https") {
    throw invalid(endpoint, `"${scheme}" is no scheme of an endpoint; use http, https or unix`);
  }
  const url = URL.parse(scheme === undefined ? `https://${endpoint}` : endpoint);
  if (url === null || url.hostname === "") throw invalid(endpoint, "write it as https://host:port");
  if (url.username || url.password) throw invalid(endpoint, "remove the user and the password");
  if (url.pathname !== "/" || url.search || url.hash) throw invalid(endpoint, "remove what follows the port");
  return url;
}

function invalid(endpoint: string, problem: string): Error {
  // A password that was written into it stays out of logs.
  return new Error(`Invalid endpoint "${endpoint.replace(/\/\/[^/]*@/, "//***@")}": ${problem}`);
}
