/** Where a server listens. */
export interface ListenAddress {
  /** A name or an address, an IPv6 address without brackets. */
  readonly hostname: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/** Reads `host:port`, an IPv6 address in brackets. Throws a `SyntaxError` that says what is wrong. */
export function parseListenAddress(text: string): ListenAddress {
  const fail = (why: string) => new SyntaxError(`Cannot read the address ${JSON.stringify(text)}: ${why}`);
  const [, bracketed, plain, digits = ""] = /^(?:\[([^\]]+)\]|([^:[\]/]+)):(\d+)$/.exec(text) ?? [];
  const hostname = bracketed ?? plain;
  if (hostname === undefined) {
    throw fail("write it as host:port, such as 127.0.0.1:6130, 0.0.0.0:6130 or [::1]:6130");
  }
  const port = Number(digits);
  if (port > 65_535) throw fail("a port is a number up to 65535");
  return { hostname, port };
}

/** As `parseListenAddress`; a port alone, `9090` or `:9090`, is one that only this host reaches. */
export function parseLocalAddress(text: string): ListenAddress {
  const [, port] = /^:?(\d+)$/.exec(text) ?? [];
  return parseListenAddress(port === undefined ? text : `127.0.0.1:${port}`);
}
