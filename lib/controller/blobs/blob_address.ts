/** Where agents reach the listener of the blob handler. */
export interface BlobAddress {
  readonly port: number;
  readonly encrypted: boolean;
  /** Undefined for the name under which the agent reaches the controller itself. */
  readonly hostname?: string;
}

/**
 * The origin for URLs that an agent is given. `endpoint` is how it reaches the controller, as its calls say: from where
 * it is, the same host is there under that name.
 */
export function blobOrigin(address: BlobAddress, endpoint: string | undefined): string {
  const hostname = address.hostname ?? hostnameOf(endpoint) ?? "127.0.0.1";
  return `${address.encrypted ? "https" : "http"}://${hostname}:${address.port}`;
}

function hostnameOf(endpoint: string | undefined): string | undefined {
  if (endpoint === undefined || endpoint.startsWith("unix:")) return undefined;
  const url = endpoint.includes("://") ? endpoint : `https://${endpoint}`;
  return (URL.canParse(url) && new URL(url).hostname) || undefined;
}
