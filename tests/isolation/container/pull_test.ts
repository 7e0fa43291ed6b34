import assert from "node:assert/strict";
import { join } from "node:path";
import { ENGINE_NAMES } from "../../../lib/machine/container/engine_name.ts";
import { runCommand } from "../../../lib/process/run_command.ts";
import { Registry } from "../../fakes/registry.ts";
import { makeRoot } from "../../helpers/container_images.ts";
import { requireEngine } from "../../helpers/require_engine.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { TestContainer } from "../../helpers/test_container.ts";

for (const engine of ENGINE_NAMES) {
  Deno.test({
    name: `${engine}: an image is pulled for every task, and with lazyPull only when it is missing`,
    ...requireEngine(engine),
    async fn() {
      await using folder = await temporaryDirectory();
      const files = await Deno.readFile(await makeRoot(folder.path, "busybox"));
      await using registry = new Registry();
      const { image } = registry;
      await using stack = new AsyncDisposableStack();
      const ids = new Set<string>();
      stack.defer(async () => void await runCommand([engine, "rmi", "--force", ...ids], { anyStatus: true }));
      if (engine === "podman") {
        // Unlike Docker, it speaks TLS with the loopback, too, when nothing else is said.
        const registries = join(folder.path, "registries.conf");
        await Deno.writeTextFile(
          registries,
          `[[registry]]\nlocation = "${registry.address}"\ninsecure = true\n`,
        );
        Deno.env.set("CONTAINERS_REGISTRIES_CONF", registries);
        stack.defer(() => Deno.env.delete("CONTAINERS_REGISTRIES_CONF"));
      }
      const start = async (lazyPull: boolean) => {
        const lines: string[] = [];
        await using container = await TestContainer.start(engine, {
          container: { image },
          isolation: { lazyPull },
          progress: (line) => lines.push(line),
        });
        const { stdout } = await runCommand([engine, "image", "inspect", "--format", "{{.Id}}", image]);
        ids.add(new TextDecoder().decode(stdout).trim());
        return { version: container.machine.environment.get("VERSION"), lines };
      };

      registry.publish(files, ["VERSION=1"]);
      const first = await start(true);
      assert.equal(first.version, "1");
      assert.equal(first.lines[0], `Pulling the image ${image}`);
      assert.ok(first.lines.length > 1, "what the engine says of its progress is passed on");

      registry.publish(files, ["VERSION=2"]);
      const { pulls } = registry;
      assert.deepEqual(await start(true), { version: "1", lines: [] });
      assert.equal(registry.pulls, pulls);
      assert.equal((await start(false)).version, "2");
    },
  });
}
