import type { Node } from "../node.ts";
import type { Problems } from "../problem.ts";

/** What Cirrus CI's documentation has tasks run on in clouds; a host may bring them back as its own instances. */
const CLOUD_INSTANCES: ReadonlySet<string> = new Set([
  "aks_container",
  "anka_instance",
  "azure_container_instance",
  "compute_engine_instance",
  "ec2_instance",
  "eks_container",
  "freebsd_instance",
  "gce_instance",
  "gke_container",
  "osx_instance",
]);

/** Warns of a key that asks for a machine of a cloud. False when the key is another one. */
export function warnOfCloudInstance({ name, at }: Node, problems: Problems): boolean {
  if (!CLOUD_INSTANCES.has(name)) return false;
  problems.warn(
    `Reading "${name}": there are no machines of clouds here, so it has no effect; write "persistent_worker", or "container" with an image`,
    at,
  );
  return true;
}
