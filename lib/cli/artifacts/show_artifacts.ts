import type { ArtifactFileBody } from "../../controller/api/schemas.ts";
import { nearest } from "../../diagnostics/nearest.ts";
import { formatByteSize } from "../../units/byte_size.ts";
import type { ControllerClient } from "../controller_client/controller_client.ts";
import { requireBuild } from "../controller_client/require_by_id.ts";
import { withController } from "../controller_client/with_controller.ts";
import { ExitCode } from "../exit_code.ts";
import { folderOfFlag } from "../folder_of_flag.ts";
import type { Io } from "../io.ts";
import { table } from "../output/table.ts";
import { UsageError } from "../usage_error.ts";
import type { ArtifactsFlags } from "./artifacts_flags.ts";
import { downloadArtifact } from "./download_artifact.ts";

/** `cirrus artifacts`: the files that the tasks of a build uploaded. */
export function showArtifacts(
  flags: ArtifactsFlags,
  io: Io,
  buildId: string,
  name?: string,
): Promise<number> {
  return withController({ flags, io }, async (client) => {
    const directory = flags.download &&
      await folderOfFlag(flags.download, { flag: "--download", workingDirectory: io.workingDirectory });
    await requireBuild(buildId, client);
    const names = await wantedNames(client, { buildId, name });
    if (directory !== undefined) {
      await io.stdout.write(await download(client, { buildId, names, directory, json: flags.json }));
    } else if (name === undefined) {
      await io.stdout.write(await listNames(client, { buildId, json: flags.json }));
    } else {
      await io.stdout.write(await listFiles(client, { buildId, name, json: flags.json }));
    }
    return ExitCode.success;
  });
}

async function wantedNames(
  client: ControllerClient,
  { buildId, name }: { readonly buildId: string; readonly name: string | undefined },
): Promise<string[]> {
  const artifacts = await client.listArtifacts(buildId);
  const names = [...new Set(artifacts.map((artifact) => artifact.name))];
  if (name === undefined) return names;
  if (names.includes(name)) return [name];
  const meant = nearest(name, names);
  const known = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
  throw new UsageError(
    `Build ${buildId} has no artifacts named ${JSON.stringify(name)}` +
      (meant === undefined ? `: ${known}` : `, did you mean ${JSON.stringify(meant)}?`),
  );
}

async function listNames(
  client: ControllerClient,
  { buildId, json }: { readonly buildId: string; readonly json: boolean },
): Promise<string> {
  const artifacts = await client.listArtifacts(buildId);
  if (json) return asJson({ artifacts });
  if (artifacts.length === 0) return `The tasks of build ${buildId} have uploaded nothing\n`;
  return table([
    ["NAME", "FILES", "SIZE", "TYPE", "FORMAT", "TASK"],
    ...artifacts.map(({ name, files, size, type = "", format = "", taskId, taskName }) => [
      name,
      String(files),
      formatByteSize(size),
      type,
      format,
      `${taskName} (${taskId})`,
    ]),
  ]);
}

async function listFiles(
  client: ControllerClient,
  { buildId, name, json }: { readonly buildId: string; readonly name: string; readonly json: boolean },
): Promise<string> {
  const files: ArtifactFileBody[] = await Array.fromAsync(client.artifactFiles(buildId, name));
  if (json) return asJson({ files });
  return table([
    ["SIZE", "STORED", "TASK", "PATH"],
    ...files.map(({ size, storedAt, taskId, path }) => [formatByteSize(size), storedAt, taskId, path]),
  ]);
}

async function download(
  client: ControllerClient,
  options: {
    readonly buildId: string;
    readonly names: readonly string[];
    readonly directory: string;
    readonly json: boolean;
  },
): Promise<string> {
  const { buildId, names, directory, json } = options;
  let files = 0;
  let bytes = 0;
  for (const name of names) {
    for await (const { path } of client.artifactFiles(buildId, name)) {
      bytes += await downloadArtifact(client, { buildId, name, path, directory });
      files++;
    }
  }
  if (json) return asJson({ directory, files, bytes });
  return `Downloaded ${files} ${files === 1 ? "file" : "files"}, ${formatByteSize(bytes)}, to ${directory}\n`;
}

function asJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
