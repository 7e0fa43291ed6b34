/** Where an upstream is reached, and how. */
export type Endpoint =
  | { readonly kind: "plaintext"; readonly target: string }
  | { readonly kind: "unix"; readonly target: string }
  | { readonly kind: "tls"; readonly target: string; readonly host: string };

/**
 * Reads an endpoint: `http://host:port` is plaintext, `unix:PATH` a plaintext socket, `https://host:port` or
 * a bare `host:port` TLS. `target` is what grpc-js connects to. Throws an `Error` that says what is wrong.
 */
export function parseEndpoint(endpoint: string): Endpoint {
  if (endpoint.startsWith("unix:")) return parseUnix(endpoint);
  const url = parseUrl(endpoint);
  const port = url.port || (url.protocol === "http:" ? "80" : "443");
  const target = `dns:${url.hostname}:${port}`;
  if (url.protocol === "http:") return { kind: "plaintext", target };
  return { kind: "tls", target, host: url.hostname.replace(/^\[|\]$/g, "") };
}

function parseUnix(endpoint: string): Endpoint {
  const path = endpoint.slice("unix:".length).replace(/^\/\/(?=\/)/, "");
  if (path === "") throw invalid(endpoint, "the path of the socket is missing; write unix:/path/to/socket");
  return { kind: "unix", target: `unix:${path}` };
}

function parseUrl(endpoint: string): URL {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(endpoint)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== "http" && scheme !== "https") {
    throw invalid(endpoint, `"${scheme}" is no scheme of an endpoint; use http, https or unix`);
  }
  const url = URL.parse(scheme === undefined ? `https://${endpoint}` : endpoint);
  if (url === null || url.hostname === "") throw invalid(endpoint, "write it as https://host:port");
  if (url.username || url.password) throw invalid(endpoint, "it must hold no user or password");
  if (url.pathname !== "/" || url.search || url.hash) {
    throw invalid(endpoint, "nothing may follow the port; write it as https://host:port");
  }
  return url;
}

function invalid(endpoint: string, problem: string): Error {
  return new Error(`Invalid endpoint "${endpoint}": ${problem}`);
}
