import { dirname, join } from "node:path";
import { artifactFolder, artifactPathProblem } from "../../controller/blobs/artifact_storage.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { ControllerClient } from "../controller_client/controller_client.ts";

/** One file of a build, and the directory that it goes to. */
export interface ArtifactDownload {
  readonly buildId: string;
  readonly name: string;
  readonly path: string;
  /** Absolute path. */
  readonly directory: string;
}

/** Writes a file of a build to `NAME/PATH` of a directory; it is there whole or not at all. Resolves with its bytes. */
export async function downloadArtifact(
  client: Pick<ControllerClient, "readArtifact">,
  { buildId, name, path, directory }: ArtifactDownload,
): Promise<number> {
  const problem = artifactPathProblem(path) ??
    (Deno.build.os === "windows" && path.includes("\\") ? "it has a backslash" : undefined);
  if (problem !== undefined) throw new Error(`Downloading ${JSON.stringify(path)}: ${problem}`);
  const file = join(directory, artifactFolder(name), path);
  const draft = join(dirname(file), `.${crypto.randomUUID()}.part`);
  const body = await client.readArtifact(buildId, { name, path });
  let bytes = 0;
  try {
    await Deno.mkdir(dirname(file), { recursive: true });
    const counted = body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          bytes += chunk.length;
          controller.enqueue(chunk);
        },
      }),
    );
    await Deno.writeFile(draft, counted, { createNew: true });
    await Deno.rename(draft, file);
  } catch (error) {
    await Deno.remove(draft).catch(() => {});
    throw new Error(`Downloading ${path} to ${file}: ${errorMessage(error)}`, { cause: error });
  }
  return bytes;
}
