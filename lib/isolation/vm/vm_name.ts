/** What the names of all our VMs begin with, those of the Go worker's too. */
const PREFIX = "cirrus-cli-";

/** A new name for the VM of a task, by whose id people find it. Ids of other upstreams may hold what no name may. */
export function newVmName(taskId: string): string {
  return `${PREFIX}${taskId.replaceAll(/[^\w.-]/g, "-")}-${crypto.randomUUID()}`;
}

export function isOurVmName(name: string): boolean {
  return name.startsWith(PREFIX);
}
