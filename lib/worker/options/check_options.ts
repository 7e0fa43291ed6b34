import { isMetadataText } from "../../rpc/metadata.ts";
import type { WorkerOptions } from "./worker_options.ts";

/** Throws an error that says what is wrong with a worker's options and what to do. */
export function checkOptions(options: WorkerOptions): void {
  const { name, upstreams, resources = {}, standby } = options;
  if (name === "" || !isMetadataText(name)) {
    throw new Error(
      `Invalid worker name ${JSON.stringify(name)}: it must be printable ASCII; choose one with --name`,
    );
  }
  if (upstreams.length === 0) throw new Error("No upstream to poll: name one with --rpc-endpoint");
  for (const { endpoint, token } of upstreams) {
    if (token === "") {
      throw new Error(
        `No registration token for ${endpoint}: give one with --token-file, --token or CIRRUS_WORKER_TOKEN`,
      );
    }
    if (!isMetadataText(token)) {
      throw new Error(
        `Invalid registration token for ${endpoint}: it must be printable ASCII on one line; check where it comes from`,
      );
    }
  }
  const pools = upstreams.map(({ endpoint, token }) => JSON.stringify([endpoint, token]));
  const twice = upstreams.find((_, index) => pools.indexOf(pools[index] ?? "") !== index);
  if (twice) {
    throw new Error(`The upstream ${twice.endpoint} is named twice with one token: remove one of them`);
  }
  for (const [resource, amount] of Object.entries(resources)) {
    if (!Number.isFinite(amount) || amount < 0) {
      throw new Error(
        `Invalid amount ${amount} of the resource "${resource}": it must be a number from 0 up`,
      );
    }
  }
  for (const [resource, amount] of Object.entries(standby?.resources ?? {})) {
    const total = resources[resource] ?? 0;
    if (amount > total) {
      throw new Error(
        `Invalid standby instance: it takes ${amount} of the resource "${resource}", of which the worker has ` +
          `${total}; give the worker more of it in "resources", or let the instance take less`,
      );
    }
  }
}
