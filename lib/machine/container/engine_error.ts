import { errorMessage } from "../../diagnostics/error_message.ts";
import { ToolError } from "../../process/tool_error.ts";
import type { EngineName } from "./engine_name.ts";

/** A container engine could not do what it was called for. The message says what, why and what to do. */
export class EngineError extends Error {
  override readonly name = "EngineError";

  /** What kept the engine from it: `absent` where no other call can succeed either. */
  constructor(readonly kind: "absent" | "missing" | "other", message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** What a text of an engine means, in our words. */
type Reading = readonly [kind: EngineError["kind"], pattern: RegExp, text: string];

const DOCKER: readonly Reading[] = [
  [
    "absent",
    /permission denied while trying to connect|dial unix \S+: connect: permission denied/i,
    "the worker's user may not use Docker; add it to the group docker and log in again, or set DOCKER_HOST",
  ],
  [
    "absent",
    /Cannot connect to the Docker daemon|Is the docker daemon running|error during connect/i,
    "Docker is not running; start it (systemctl start docker, or Docker Desktop), or set DOCKER_HOST to one that runs",
  ],
];

const PODMAN: readonly Reading[] = [
  [
    "absent",
    /Cannot connect to Podman|unable to connect to Podman/i,
    "Podman is not running; start it (podman machine start, or systemctl start podman.socket)",
  ],
  [
    "absent",
    /newuidmap|no subuid ranges|insufficient UIDs or GIDs/i,
    "Podman is not set up for this user; give it ranges in /etc/subuid and /etc/subgid and run podman system migrate",
  ],
];

/** What both engines, or the registries and runtimes below them, say in the same words. */
const BOTH: readonly Reading[] = [
  [
    "missing",
    /no such (container|object)|no container with name or ID/i,
    "there is no such container: somebody has removed it",
  ],
  ["other", /no space left on device/i, "the disk is full; make room, for example with system prune"],
  [
    "other",
    /exec: "[^"]*sh": .*(no such file|not found)|executable file [`']?\S*sh'? not found/i,
    "the image has no /bin/sh, by which commands are run; use an image with a shell",
  ],
  [
    "other",
    /exec format error|does not match the (detected host|specified) platform/i,
    "the image is for another kind of processor; use one for this host's",
  ],
  [
    "missing",
    /manifest unknown|manifest for \S+ not found|repository does not exist|pull access denied|name unknown|no such image|image not known|requested access to the resource is denied/i,
    "there is no such image, or it is private; check its name, or log in to its registry with the engine's own login",
  ],
  [
    "other",
    /unauthorized|authentication required|no basic auth credentials/i,
    "the registry wants a login; log in to it with the engine's own login, as the worker's user",
  ],
  [
    "other",
    /no such host|connection refused|i\/o timeout|TLS handshake|name resolution|network is unreachable|deadline exceeded/i,
    "the registry cannot be reached; check the image's name and this host's network",
  ],
];

/** What `docker` says, as an error of ours. `doing` begins the message. */
function dockerError(doing: string, error: unknown): EngineError {
  return engineError(doing, error, {
    readings: [...DOCKER, ...BOTH],
    absent: "there is no program docker; install Docker, or Podman, and have it in the worker's PATH",
  });
}

/** What `podman` says, as an error of ours. `doing` begins the message. */
function podmanError(doing: string, error: unknown): EngineError {
  return engineError(doing, error, {
    readings: [...PODMAN, ...BOTH],
    absent: "there is no program podman; install Podman, or Docker, and have it in the worker's PATH",
  });
}

export const ENGINE_ERRORS: Readonly<Record<EngineName, (doing: string, error: unknown) => EngineError>> = {
  docker: dockerError,
  podman: podmanError,
};

function engineError(
  doing: string,
  error: unknown,
  { readings, absent }: { readings: readonly Reading[]; absent: string },
): EngineError {
  const options = { cause: error };
  if (!(error instanceof ToolError)) {
    return new EngineError("other", `${doing}: ${errorMessage(error)}`, options);
  }
  const { status, stderr = "" } = error.details;
  if (status === undefined && error.cause instanceof Deno.errors.NotFound) {
    return new EngineError("absent", `${doing}: ${absent}`, options);
  }
  const reading = readings.find(([, pattern]) => pattern.test(stderr));
  if (!reading) return new EngineError("other", `${doing}: ${errorMessage(error)}`, options);
  const [kind, pattern, text] = reading;
  // What stands before it may be of something else: "DEPRECATED: The legacy builder is deprecated".
  const lines = stderr.trim().split("\n");
  const said = (lines.find((line) => pattern.test(line)) ?? lines[0] ?? "").trim();
  return new EngineError(kind, `${doing}: ${text} (${error.program} says: ${said.slice(0, 300)})`, options);
}
