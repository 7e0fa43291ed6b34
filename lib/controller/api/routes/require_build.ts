import type { Controller } from "../../controller.ts";
import { NotFoundError } from "../../not_found_error.ts";
import type { BuildSummary } from "../../records.ts";

/** A build without its tasks. Rejects with a `NotFoundError` when there is none. */
export async function requireBuild(id: string, controller: Controller): Promise<BuildSummary> {
  const build = await controller.builds.findSummary(id);
  if (build) return build;
  throw noBuild(id);
}

/** What is said of a build that there is not. */
export function noBuild(id: string): NotFoundError {
  return new NotFoundError(`Looking for build ${id}: there is none; GET /v1/builds lists them`);
}
