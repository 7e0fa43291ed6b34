import { join } from "node:path";
import type { Isolation_Container } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { ContainerEngine } from "../../machine/container/container_engine.ts";
import type { ContainerIsolationOptions } from "./container_options.ts";
import { type ImageFacts, inspectImage } from "./image.ts";

/** How long a build may be silent; in milliseconds. */
const SILENCE_MS = 3_600_000;

/** What the engines' programs take for their own settings, by what their manuals say. */
const ENGINE_SETTING =
  /^(DOCKER|BUILDKIT|BUILDX|PODMAN|CONTAINERS?|BUILDAH|STORAGE|REGISTRY|XDG|SSL|GO)_|^(PATH|HOME|TMPDIR|USER|GODEBUG)$/;

/**
 * Builds the image of a container's Dockerfile in a project, under the name that the parser gave it. Rejects with an
 * error that says what to do.
 */
export async function buildImage(
  { image, dockerfile, dockerArguments }: Pick<
    Isolation_Container,
    "image" | "dockerfile" | "dockerArguments"
  >,
  options: {
    project: NonNullable<ContainerIsolationOptions["project"]>;
    engine: ContainerEngine;
    progress: (line: string) => void;
    signal: AbortSignal;
  },
): Promise<ImageFacts> {
  const { project: { directory, buildContexts }, engine, progress, signal } = options;
  const doing = `Building the image of ${dockerfile}`;
  const { flags, variables } = buildArguments(dockerArguments);
  progress(doing);
  await engine.follow(doing, [
    "build",
    "--tag",
    image,
    "--file",
    join(directory, dockerfile),
    ...flags,
    buildContexts.get(image) ?? directory,
  ], {
    line: progress,
    silenceMs: SILENCE_MS,
    signal,
    variables,
  });
  const built = await inspectImage(image, options);
  if (!built) throw new Error(`${doing}: it was built, and is not there all the same`);
  return built;
}

/**
 * Values travel in the environment of the engine's program, which others on this host cannot read, but for those that
 * would change what that program does.
 */
function buildArguments(
  values: Readonly<Record<string, string>>,
): { flags: string[]; variables: ReadonlyMap<string, string> } {
  const entries = Object.entries(values);
  const hidden = entries.filter(([name]) => !ENGINE_SETTING.test(name));
  return {
    flags: entries.flatMap((
      [name, value],
    ) => ["--build-arg", ENGINE_SETTING.test(name) ? `${name}=${value}` : name]),
    variables: new Map(hidden),
  };
}
