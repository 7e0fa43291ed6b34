import assert from "node:assert/strict";
import { join } from "node:path";
import { ENGINE_NAMES, type EngineName } from "../../../lib/machine/container/engine_name.ts";
import { findEngine } from "../../../lib/machine/container/find_engine.ts";
import { containerImage, removeContainerImages } from "../../helpers/container_images.ts";
import { eventually } from "../../helpers/eventually.ts";
import { requireEngine } from "../../helpers/require_engine.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { containerNames, TestContainer } from "../../helpers/test_container.ts";

Deno.test.afterAll(removeContainerImages);

/** By which variable each engine's program finds a remote engine. */
const VARIABLES: Readonly<Record<EngineName, string>> = { docker: "DOCKER_HOST", podman: "CONTAINER_HOST" };

/** Sets a variable of this process until it is disposed. */
function setVariable(name: string, value: string): Disposable {
  const before = Deno.env.get(name);
  Deno.env.set(name, value);
  return {
    [Symbol.dispose]: () => before === undefined ? Deno.env.delete(name) : Deno.env.set(name, before),
  };
}

/** This host's engine behind a TCP port, as a remote one is; `connections` tells how often it was called there. */
async function serveEngine(engine: EngineName) {
  await using stack = new AsyncDisposableStack();
  const path = engine === "docker" ? "/var/run/docker.sock" : await startPodmanService(stack);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  stack.defer(() => listener.close());
  let connections = 0;
  (async () => {
    for await (const client of listener) {
      connections++;
      const server = await Deno.connect({ transport: "unix", path });
      Promise.allSettled([client.readable.pipeTo(server.writable), server.readable.pipeTo(client.writable)]);
    }
  })().catch(() => {});
  const resources = stack.move();
  return {
    address: `tcp://127.0.0.1:${listener.addr.port}`,
    connections: () => connections,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function startPodmanService(stack: AsyncDisposableStack): Promise<string> {
  const folder = stack.use(await temporaryDirectory());
  const path = join(folder.path, "podman.sock");
  const service = new Deno.Command("podman", {
    args: ["system", "service", "--time", "0", `unix://${path}`],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  stack.defer(async () => {
    service.kill();
    await service.status;
  });
  await eventually(() =>
    Deno.connect({ transport: "unix", path }).then((it) => (it.close(), true), () => false)
  );
  return path;
}

for (const engine of ENGINE_NAMES) {
  const test = (name: string, fn: () => Promise<void>) =>
    Deno.test({ name: `${engine}: ${name}`, ...requireEngine(engine), fn });

  // First: an engine that was found is not looked for again.
  test("one that is not running is said with what to do", async () => {
    using _ = setVariable(VARIABLES[engine], "tcp://127.0.0.1:1");
    await assert.rejects(
      findEngine(engine),
      /^EngineError: Looking for a container engine: (Docker|Podman) is not running; start it \(/,
    );
  });

  test("a remote engine is found by its own variable, and does all that a local one does", async () => {
    const image = await containerImage(engine, { programs: "busybox" });
    await using remote = await serveEngine(engine);
    using _ = setVariable(VARIABLES[engine], remote.address);
    let name: string;
    {
      await using container = await TestContainer.start(engine, { container: { image, memory: 256 } });
      ({ name } = container);
      assert.equal(await container.sh("echo runs; exit 3"), "runs\n");
      const { files } = container.machine;
      await files.unpack("/tmp/to", await files.pack("/etc", ["passwd"]));
      assert.match(await container.sh("cat /tmp/to/passwd"), /^root:/);
      const cancel = new AbortController();
      const running = container.run(["sh", "-c", "touch /tmp/started; sleep 1000"], {
        signal: cancel.signal,
      });
      await eventually(async () => (await container.sh("ls /tmp")).includes("started"));
      cancel.abort(new Error("enough"));
      assert.deepEqual((await running).status, { kind: "signaled", signal: "SIGTERM" });
    }
    assert.ok(!(await containerNames(engine)).includes(name));
    assert.ok(remote.connections() > 5, `${remote.connections()} connections`);
  });
}
