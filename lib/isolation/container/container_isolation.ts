import { withGrace } from "../../async/grace.ts";
import {
  type Isolation_Container,
  Platform as PlatformKind,
  type Volume,
  VolumeSchema,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { create } from "@bufbuild/protobuf";
import type { ContainerEngine } from "../../machine/container/container_engine.ts";
import { ContainerMachine } from "../../machine/container/container_machine.ts";
import { findEngine } from "../../machine/container/find_engine.ts";
import { type SessionFacts, ShellSession } from "../../machine/container/shell_session.ts";
import { hostPlatform } from "../../machine/host_platform.ts";
import { sortVariables } from "../../machine/shell_variables.ts";
import { runCommand } from "../../process/run_command.ts";
import { ToolError } from "../../process/tool_error.ts";
import type { Machine } from "../../machine/machine.ts";
import type { Isolation, PrepareRequest } from "../isolation.ts";
import type { ContainerIsolationOptions } from "./container_options.ts";
import { buildImage } from "./build_image.ts";
import { engineCapacity } from "./engine_capacity.ts";
import { containerLabels } from "./owner_labels.ts";
import { getImage, type ImageFacts } from "./image.ts";
import { checkVolume, clampedResources, runArguments } from "./run_arguments.ts";

/** Where tasks work when nothing else is said: below the container's folder for temporary files. */
const WORKING_DIRECTORY = "/tmp/cirrus-ci-build";

/** How long the undoing of a preparation may take; in milliseconds. */
const UNDO_MS = 30_000;

/** Tasks run in a container of their own, on Docker or Podman, which is removed with its anonymous volumes. */
export class ContainerIsolation implements Isolation {
  readonly #container: Isolation_Container;
  readonly #options: ContainerIsolationOptions;

  constructor(container: Isolation_Container, options: ContainerIsolationOptions) {
    this.#container = container;
    this.#options = options;
  }

  async prepare(request: PrepareRequest): Promise<Machine> {
    const { image, dockerfile, volumes, platform } = this.#container;
    const { progress, observe, signal } = request;
    if (platform !== PlatformKind.LINUX) {
      throw new Error(
        `Preparing a container: ${PlatformKind[platform]} is not supported; only Linux containers are`,
      );
    }
    if (image === "") throw new Error("Preparing a container: the task names no image; give it one");
    for (const volume of volumes) checkVolume(volume);
    const engine = await findEngine(this.#options.engine);
    signal.throwIfAborted();
    const { lazyPull = false, project } = this.#options;
    const options = { engine, lazyPull, progress, signal };
    const [facts, capacity] = await Promise.all([
      project && dockerfile !== ""
        ? buildImage(this.#container, { ...options, project })
        : getImage(image, { ...options, observe }),
      engineCapacity(engine),
    ]);
    await makeSources(volumes);
    return await this.#start(request, { engine, facts, ...clampedResources(this.#container, capacity) });
  }

  async #start(
    { taskId, ledger, signal }: PrepareRequest,
    place: {
      engine: ContainerEngine;
      facts: ImageFacts;
      cpu: number | undefined;
      memoryMiB: number | undefined;
    },
  ): Promise<Machine> {
    const { engine, facts: image, memoryMiB } = place;
    const { workingDirectory = WORKING_DIRECTORY } = this.#options;
    const container = containerName(taskId);
    signal.throwIfAborted();
    const claim = await ledger.claim({ kind: "container", engine: engine.name, name: container });
    const doing = `Starting a container of the image ${this.#container.image}`;
    let session: ShellSession | undefined;
    try {
      const args = runArguments({
        ...place,
        name: container,
        labels: containerLabels(taskId, ledger.identify()),
        container: this.#container,
        mounts: [...this.#container.volumes, ...this.#projectMount(workingDirectory)],
      });
      session = new ShellSession(engine.talk(doing, args), { unset: image.environment.keys() });
      const facts = await begin(session, { doing, engine, signal });
      return new ContainerMachine({
        engine,
        container,
        session,
        facts,
        platform: { os: "linux", arch: image.architecture || hostPlatform().arch },
        workingDirectory,
        environment: environmentOf(image, facts),
        memoryMiB,
        resources: claim,
      });
    } catch (error) {
      await withGrace(`removing the container ${container}`, UNDO_MS, async (signal) => {
        // While the engine still makes it, there is nothing to remove yet.
        await session?.end();
        await engine.remove(container, { signal });
      });
      await claim[Symbol.asyncDispose]();
      throw error;
    }
  }

  #projectMount(target: string): Volume[] {
    const { project } = this.#options;
    return project?.mounted ? [create(VolumeSchema, { source: project.directory, target })] : [];
  }
}

/** What programs find in their environment: shells start them, and pass on what they can set themselves. */
function environmentOf(image: ImageFacts, { variables, tools }: SessionFacts): ReadonlyMap<string, string> {
  const { plain, odd } = sortVariables(new Map([...image.environment, ...variables]));
  return new Map(tools.has("perl") ? [...plain, ...odd] : plain);
}

/** Makes the folders of this host that are to be mounted, those that are missing, as the user of programs. */
async function makeSources(volumes: readonly Volume[]): Promise<void> {
  if (volumes.length === 0) return;
  await runCommand(["mkdir", "-p", "-m", "0700", "--", ...volumes.map(({ source }) => source)]);
}

/** Waits until the container's shells answer. Rejects with why it could not be started. */
async function begin(
  session: ShellSession,
  { doing, engine, signal }: { doing: string; engine: ContainerEngine; signal: AbortSignal },
): Promise<SessionFacts> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([session.facts(), aborted]);
  } catch (error) {
    if (signal.aborted || !session.ended) throw error;
    const status = await session.status;
    throw engine.errorOf(
      doing,
      new ToolError(engine.name, "it ended at once", { status, stderr: session.complaint }),
    );
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** Unique, and of the letters that engines allow. */
function containerName(taskId: string): string {
  return `cirrus-${taskId.replaceAll(/[^A-Za-z0-9_.-]/g, "-").slice(0, 40)}-${
    crypto.randomUUID().slice(0, 8)
  }`;
}
