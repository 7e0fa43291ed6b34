import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { resolve } from "node:path";
import { expandVariables } from "../../agent/environment/expand.ts";
import { PrebuiltImageInstanceSchema, type Task } from "../../../proto/gen/cirrus_ci_service_pb.ts";

/**
 * Where images of Dockerfiles are built that say so by `CIRRUS_DOCKER_CONTEXT`: absolute paths, by the names of the
 * images. A relative one is below the project.
 */
export function buildContexts(
  tasks: readonly Task[],
  { project, overrides }: { project: string; overrides: ReadonlyMap<string, string> },
): ReadonlyMap<string, string> {
  const contexts = new Map<string, string>();
  for (const task of tasks) {
    const image = task.instance && anyUnpack(task.instance, PrebuiltImageInstanceSchema);
    if (!image) continue;
    const context = expandVariables(
      new Map([...Object.entries(task.environment), ...overrides]),
      (name) => name === "CIRRUS_WORKING_DIR" ? project : undefined,
    ).get("CIRRUS_DOCKER_CONTEXT");
    if (context) contexts.set(`gcr.io/${image.repository}:${image.reference}`, resolve(project, context));
  }
  return contexts;
}
