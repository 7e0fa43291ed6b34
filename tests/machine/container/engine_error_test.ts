import assert from "node:assert/strict";
import { ENGINE_ERRORS } from "../../../lib/machine/container/engine_error.ts";
import { findEngine } from "../../../lib/machine/container/find_engine.ts";
import { ToolError } from "../../../lib/process/tool_error.ts";
import { requireEngine } from "../../helpers/require_engine.ts";
import { withoutPrograms } from "../../helpers/without_programs.ts";

/** What the engines really wrote, and what it means. */
const TEXTS = [
  [
    "docker",
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
    "absent",
    /Docker is not running; start it/,
  ],
  [
    "docker",
    "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock",
    "absent",
    /may not use Docker; add it to the group docker/,
  ],
  [
    "docker",
    "Error response from daemon: pull access denied for nothere, repository does not exist or may require 'docker login'",
    "missing",
    /there is no such image, or it is private/,
  ],
  [
    "podman",
    "Error: initializing source docker://x: reading manifest 1 in docker.io/library/x: manifest unknown",
    "missing",
    /there is no such image, or it is private/,
  ],
  [
    "podman",
    "Error: reading manifest latest in registry.example.com/x: unauthorized: authentication required",
    "other",
    /the registry wants a login/,
  ],
  ["podman", "Cannot connect to Podman. Please verify your connection", "absent", /Podman is not running/],
  ["docker", "write /var/lib/docker/tmp/x: no space left on device", "other", /the disk is full; make room/],
  ["docker", "exec /bin/sh: exec format error", "other", /for another kind of processor/],
  [
    "docker",
    'DEPRECATED: The legacy builder is deprecated\n\nGet "https://registry-1.docker.io/v2/": no such host',
    "other",
    /cannot be reached; .* \(docker says: Get "https:\/\/registry-1\.docker\.io\/v2\/": no such host\)$/,
  ],
  ["podman", "Error: something new", "other", /exit status 125: Error: something new$/],
] as const;

for (const [engine, stderr, kind, text] of TEXTS) {
  Deno.test(`${engine} says: ${stderr.slice(0, 60)}`, () => {
    const cause = ToolError.of(engine, { status: { kind: "exited", code: 125 }, stderr });
    const error = ENGINE_ERRORS[engine]("Doing something", cause);
    assert.equal(error.kind, kind);
    assert.match(error.message, /^Doing something: /);
    assert.match(error.message, text);
    assert.equal(error.cause, cause);
  });
}

Deno.test({
  name: "where no engine is installed, each is named with what to do, and a later search finds one",
  ...requireEngine("docker"),
  async fn() {
    {
      await using _host = await withoutPrograms();
      await assert.rejects(
        findEngine("auto"),
        /there is no program docker; install Docker, .*there is no program podman; install Podman/,
      );
    }
    assert.equal((await findEngine("auto")).name, "docker");
  },
});

Deno.test("a wrong choice of the engine is said with the right ones", async () => {
  Deno.env.set("CIRRUS_CONTAINER_ENGINE", "lxc");
  try {
    await assert.rejects(
      async () => await findEngine(),
      /CIRRUS_CONTAINER_ENGINE is "lxc"; set it to docker, podman/,
    );
  } finally {
    Deno.env.delete("CIRRUS_CONTAINER_ENGINE");
  }
});
