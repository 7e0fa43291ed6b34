import { groups } from "./instruction/commands.ts";
import { UPLOAD_CACHES } from "./instruction/upload_caches.ts";
import { expandMatrices } from "./matrix.ts";
import { kindOf, type Node } from "./node.ts";
import { Problem, type Problems } from "./problem.ts";
import { conditionFields, environmentFields, sharedFields } from "./task/common_fields.ts";
import { ordinaryTask } from "./task/ordinary_task.ts";
import { buildTree } from "./tree.ts";
import { readYaml } from "./yaml_source.ts";

/**
 * The children of a file's root with aliases, merges and matrices resolved. `hostKeys` are the keys that the host knows:
 * properties of tasks, instances.
 *
 * @throws {Problem} when there is no telling what the file says.
 */
export function readRoot(
  source: string,
  { hostKeys, problems }: { hostKeys: readonly string[]; problems: Problems },
): readonly Node[] {
  const exempt = new Set([
    ...Object.keys({ ...environmentFields, ...ordinaryTask.instances, ...sharedFields, ...conditionFields }),
    ...hostKeys,
    ...Object.keys(groups),
    UPLOAD_CACHES,
  ]);
  const root = buildTree(readYaml(source, problems), { exempt, problems });
  if (!root) return [];
  if (root.kind === "map") return expandMatrices(root.children, problems);
  throw new Problem(
    `Reading the file: it must be a map with tasks such as "build_task", this is ${kindOf(root)}`,
    root.at,
  );
}
