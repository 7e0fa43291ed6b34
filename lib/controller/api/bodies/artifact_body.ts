import type { ArtifactFile, ArtifactSummary } from "../../store/artifact_index.ts";
import type { ArtifactBody, ArtifactFileBody } from "../schemas.ts";
import { toTime } from "./time.ts";

/** Artifacts of one name, as the API shows them. */
export function artifactBody(artifact: ArtifactSummary): ArtifactBody {
  const { taskId, taskName, name, type, format, files, size } = artifact;
  return { taskId, taskName, name, ...type && { type }, ...format && { format }, files, size };
}

/** One file of them. */
export function artifactFileBody({ path, size, taskId, storedAt }: ArtifactFile): ArtifactFileBody {
  return { path, size, taskId, storedAt: toTime(storedAt) };
}
