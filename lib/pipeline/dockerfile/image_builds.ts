import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Platform } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { Position } from "../../diagnostics/diagnostic.ts";
import type { ImageSource } from "../instance/image_source.ts";
import { HostMessage } from "../instance/host_message.ts";
import type { Instance, InstanceMessage } from "../instance/instance.ts";
import { Problem, type Problems } from "../problem.ts";
import type { ProjectFiles } from "../project_files.ts";
import type { TaskDraft } from "../task/task_draft.ts";
import { type Build, hashBuild } from "./hash.ts";

/** An image that has to be built before tasks can run in it. */
export interface ImageBuild {
  readonly hash: string;
  readonly dockerfile: string;
  readonly buildArguments: ReadonlyMap<string, string>;
  readonly platform: Platform;
  /** The tasks that run in it; how it is built is taken from the first one. */
  readonly users: [TaskDraft, ...TaskDraft[]];
}

/**
 * Finds the images that tasks want to have built, one for each hash in the order of their first use, and points the
 * tasks at the images that will be. A Dockerfile that cannot be read is reported.
 */
export async function findImageBuilds(
  tasks: readonly TaskDraft[],
  { files, problems }: { files: ProjectFiles; problems: Problems },
): Promise<readonly ImageBuild[]> {
  const builds = new Map<string, ImageBuild>();
  const hasher = new Hasher(files);
  for (const task of tasks) {
    const image = task.instance && imageOf(task.instance);
    if (!image) continue;
    const { source: { dockerfile, dockerArguments }, container, at } = image;
    const buildArguments = new Map(Object.entries(dockerArguments));
    const hashed = await hasher.hash({
      dockerfile,
      buildArguments,
      architecture: task.variables.task.get("CIRRUS_ARCH") ?? "",
      context: task.variables.task.get("CIRRUS_DOCKER_CONTEXT") ?? "",
    });
    for (const warning of hashed.warnings) problems.warn(warning, at);
    if ("unreadable" in hashed) {
      problems.error(new Problem(hashed.unreadable, at));
      continue;
    }
    const { hash } = hashed;
    task.properties.set("dockerfile_hash", hash);
    if (!container) continue;
    container.image = `gcr.io/cirrus-ci-community/${hash}:latest`;
    const build = builds.get(hash);
    if (build) build.users.push(task);
    else builds.set(hash, { hash, dockerfile, buildArguments, platform: container.platform, users: [task] });
  }
  return [...builds.values()];
}

interface Image {
  readonly source: Pick<ImageSource, "dockerfile" | "dockerArguments">;
  /** What is to run in the image; absent where the host sees to that. */
  readonly container?: ImageSource & { readonly platform: Platform };
  /** Where the file names the Dockerfile. */
  readonly at: Position;
}

/** What of an instance is to be built; undefined when nothing is. */
function imageOf({ message, dockerfileAt: at }: Instance): Image | undefined {
  if (!at) return undefined;
  if (message instanceof HostMessage) {
    return message.source.dockerfile === "" ? undefined : { source: message.source, at };
  }
  const container = containerOf(message);
  return container && container.dockerfile !== "" ? { source: container, container, at } : undefined;
}

function containerOf(message: InstanceMessage): Image["container"] {
  switch (message.$typeName) {
    case "org.cirruslabs.ci.services.cirruscigrpc.ContainerInstance":
      return message;
    case "org.cirruslabs.ci.services.cirruscigrpc.PersistentWorkerInstance": {
      const type = message.isolation?.type;
      return type?.case === "container" ? type.value : undefined;
    }
    default:
      return undefined;
  }
}

type Hashed =
  & { readonly warnings: readonly string[] }
  & ({ readonly hash: string } | { readonly unreadable: string });

/** The copies of a matrix mostly use the same image, which is hashed once. */
class Hasher {
  readonly #files: ProjectFiles;
  readonly #known = new Map<string, Hashed>();

  constructor(files: ProjectFiles) {
    this.#files = files;
  }

  async hash(build: Build): Promise<Hashed> {
    const key = JSON.stringify([
      build.dockerfile,
      [...build.buildArguments],
      build.architecture,
      build.context,
    ]);
    const known = this.#known.get(key) ?? await this.#compute(build);
    this.#known.set(key, known);
    return known;
  }

  async #compute(build: Build): Promise<Hashed> {
    const warnings: string[] = [];
    let contents: Uint8Array;
    try {
      contents = await this.#files.read(build.dockerfile);
    } catch (error) {
      return { warnings, unreadable: `Reading "${build.dockerfile}": ${errorMessage(error)}` };
    }
    const warn = (message: string) => warnings.push(message);
    const hash = await hashBuild(contents, { build, files: this.#files, warn });
    return { warnings, hash };
  }
}
