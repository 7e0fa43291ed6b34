import type { ReadConfig } from "../../config/read_config.ts";
import type { WorkerConfig } from "../../config/worker_config.ts";
import { childOf } from "../../diagnostics/yaml_node.ts";
import { UsageError } from "../usage_error.ts";

/** What a worker's file can ask for and this worker does not have. */
const UNBUILT = {
  "resource-modifiers": "modify no resources",
  "tart-pre-pull": "pull no images ahead",
} as const satisfies Partial<Record<keyof WorkerConfig, string>>;

/** Throws a `UsageError` where a file asks for what this worker does not have, so that nobody relies on it. */
export function refuseUnbuilt({ value, root, error }: ReadConfig<WorkerConfig>): void {
  const asked = Object.entries(UNBUILT).filter(([key]) => Object.hasOwn(value, key));
  if (asked.length === 0) return;
  const problems = asked.map(([key, what]) => ({
    message: `This version can ${what}: remove "${key}"`,
    position: childOf(root, key)?.at ?? root.at,
  }));
  const cause = error(problems);
  throw new UsageError(cause.message, { cause });
}
