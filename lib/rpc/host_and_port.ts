import net from "node:net";

/** `host:port`, an IPv6 address in brackets. */
export function hostAndPort(hostname: string, port: number): string {
  return `${net.isIPv6(hostname) ? `[${hostname}]` : hostname}:${port}`;
}
