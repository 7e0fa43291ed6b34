import type { OwnedResource, ResourceLedger } from "../../lib/isolation/isolation.ts";

/** A ledger in memory, and what is claimed in it now. */
export function recordingLedger(): { ledger: ResourceLedger; claimed: () => OwnedResource[] } {
  const claims = new Set<OwnedResource>();
  const claim = (resource: OwnedResource) => {
    claims.add(resource);
    return Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve(void claims.delete(resource)) });
  };
  const identify = () => ({ id: crypto.randomUUID(), home: "host/test" });
  return { ledger: { claim, identify }, claimed: () => [...claims] };
}
