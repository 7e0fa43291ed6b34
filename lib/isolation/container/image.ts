import { errorMessage } from "../../diagnostics/error_message.ts";
import { type ContainerEngine, isMissing } from "../../machine/container/container_engine.ts";
import type { Observe } from "../../telemetry/telemetry_event.ts";
import { observedPull } from "../observed_pull.ts";

/** What an image says of the containers that are made of it. */
export interface ImageFacts {
  /** In Go's spelling. */
  readonly architecture: string;
  readonly environment: ReadonlyMap<string, string>;
}

/** What `image inspect` tells; both engines use Docker's names. */
interface Inspected {
  readonly Os?: string;
  readonly Architecture?: string;
  readonly Config?: { readonly Env?: readonly string[] | null } | null;
}

/** Looks at an image that the engine has; undefined when it has none of that name. */
export async function inspectImage(
  image: string,
  { engine, signal }: { engine: ContainerEngine; signal: AbortSignal },
): Promise<ImageFacts | undefined> {
  const doing = `Looking at the image ${image}`;
  let text: string;
  try {
    text = await engine.ask(doing, ["image", "inspect", image], { signal });
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  const [{ Os, Architecture, Config }]: [Inspected] = JSON.parse(text);
  if (Os !== undefined && Os !== "" && Os !== "linux") {
    throw new Error(`${doing}: it is for ${Os}; containers here run Linux images only`);
  }
  const variables = (Config?.Env ?? []).map((variable) => {
    const [name = "", ...value] = variable.split("=");
    return [name, value.join("=")] as const;
  });
  return { architecture: Architecture ?? "", environment: new Map(variables) };
}

/**
 * Gets an image: pulls it always, or with `lazyPull` when it is missing. That the pull of a present image fails is a
 * warning. Rejects with an error that says what to do.
 */
export async function getImage(
  image: string,
  options: {
    engine: ContainerEngine;
    lazyPull: boolean;
    progress: (line: string) => void;
    observe?: Observe | undefined;
    signal: AbortSignal;
  },
): Promise<ImageFacts> {
  const { lazyPull, progress, observe, signal } = options;
  const present = await inspectImage(image, options);
  if (present && lazyPull) return present;
  try {
    await observedPull(() => pull(image, options), { image, type: "container", observe });
  } catch (error) {
    signal.throwIfAborted();
    if (!present) throw error;
    progress(`${errorMessage(error)}; going on with the image that is here`);
    return present;
  }
  const pulled = await inspectImage(image, options);
  if (!pulled) throw new Error(`Pulling the image ${image}: it was pulled, and is not there all the same`);
  return pulled;
}

/** How long a pull may be silent. In milliseconds. */
const SILENCE_MS = 600_000;

async function pull(
  image: string,
  { engine, progress, signal }: {
    engine: ContainerEngine;
    progress: (line: string) => void;
    signal: AbortSignal;
  },
): Promise<void> {
  progress(`Pulling the image ${image}`);
  await engine.follow(`Pulling the image ${image}`, ["pull", image], {
    line: progress,
    silenceMs: SILENCE_MS,
    signal,
  });
}
