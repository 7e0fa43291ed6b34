/** Where agents reach the listener of the blob handler. */
export type BlobAddress =
  /** There, wherever they are: `https://host:port`, for a listener behind a proxy. */
  | { readonly origin: string }
  /** On the host under whose name they reach the controller itself. */
  | { readonly port: number; readonly encrypted: boolean };

/** The origin for URLs that an agent is given. `endpoint` is how it reaches the controller, as its calls say. */
export function blobOrigin(address: BlobAddress, endpoint: string | undefined): string {
  if ("origin" in address) return address.origin;
  const { port, encrypted } = address;
  return `${encrypted ? "https" : "http"}://${hostnameOf(endpoint) ?? "127.0.0.1"}:${port}`;
}

function hostnameOf(endpoint: string | undefined): string | undefined {
  if (endpoint === undefined || endpoint.startsWith("unix:")) return undefined;
  const url = endpoint.includes("://") ? endpoint : `https://${endpoint}`;
  return (URL.canParse(url) && new URL(url).hostname) || undefined;
}
