/** A way from a container to its host. */
export interface WayToHost {
  /** The host's address there. */
  readonly address: string;
  /** From which addresses connections come that take it. */
  readonly from: ReadonlySet<string>;
}

/** What a container says of its network: some files of its own. */
export interface NetworkFiles {
  /** /proc/net/route. */
  readonly route: string;
  /** /proc/net/fib_trie. */
  readonly fibTrie: string;
  /** /etc/hosts. */
  readonly hosts: string;
  /** /proc/sys/kernel/random/boot_id, which tells kernels apart. */
  readonly bootId: string;
}

/**
 * The ways by which a container may reach this host, the best one first: the other end of its network, a bridge of this
 * host's on which nobody else has an address but other containers; and where the engine is rootless Podman, whose
 * slirp4netns connects in the name of this host, the host's own address. Empty where the container runs elsewhere.
 */
export function waysToHost(files: NetworkFiles): WayToHost[] {
  if (isElsewhere(files.bootId)) return [];
  const gateway = gatewayOf(files.route);
  const [, alias] = /^(\d[\d.]*)\s.*\bhost\.containers\.internal\b/m.exec(files.hosts) ?? [];
  return [
    ...gateway === undefined ? [] : [{ address: gateway, from: addressesOf(files.fibTrie) }],
    ...alias === undefined ? [] : [{ address: alias, from: new Set([alias]) }],
  ];
}

/** Whether it is another kernel than this host's; false where one of them does not say. */
function isElsewhere(bootId: string): boolean {
  try {
    return bootId !== "" && bootId.trim() !== Deno.readTextFileSync("/proc/sys/kernel/random/boot_id").trim();
  } catch {
    return false;
  }
}

function gatewayOf(route: string): string | undefined {
  const fields = route.split("\n").map((line) => line.split(/\s+/));
  const gateway = fields.find(([, destination]) => destination === "00000000")?.[2];
  if (gateway === undefined || !/^[0-9A-F]{8}$/.test(gateway)) return undefined;
  // The kernel writes it as a number of this machine's, whose lowest byte is the first of the address.
  return (gateway.match(/../g) ?? []).reverse().map((byte) => parseInt(byte, 16)).join(".");
}

/** The container's own addresses. */
function addressesOf(fibTrie: string): ReadonlySet<string> {
  const found = fibTrie.matchAll(/\|-- ([0-9.]+)\n\s*\/32 host LOCAL/g);
  return new Set(found.map(([, address = ""]) => address).filter((address) => !address.startsWith("127.")));
}
