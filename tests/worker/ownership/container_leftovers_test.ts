import { create } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { ContainerIsolation } from "../../../lib/isolation/container/container_isolation.ts";
import { containerLabels } from "../../../lib/isolation/container/owner_labels.ts";
import { ENGINE_NAMES, type EngineName } from "../../../lib/machine/container/engine_name.ts";
import { runCommand } from "../../../lib/process/run_command.ts";
import { nameHome } from "../../../lib/worker/ownership/home.ts";
import { OwnerLedger } from "../../../lib/worker/ownership/owner_ledger.ts";
import { removeUnlistedContainers } from "../../../lib/worker/ownership/unlisted_containers.ts";
import { Isolation_ContainerSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { containerImage, removeContainerImages } from "../../helpers/container_images.ts";
import { requireEngine } from "../../helpers/require_engine.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { RecordingLogger } from "../recording_logger.ts";

Deno.test.afterAll(removeContainerImages);

/** A container of nobody's making, with labels; removed at the end. */
async function labelled(engine: EngineName, labels: readonly string[]) {
  const name = `cirrus-test-${crypto.randomUUID()}`;
  const flags = labels.flatMap((label) => ["--label", label]);
  const image = await containerImage(engine, { programs: "busybox" });
  await runCommand([engine, "create", "--name", name, ...flags, image, "true"]);
  return {
    name,
    [Symbol.asyncDispose]: async () =>
      void await runCommand([engine, "rm", "--force", name], { anyStatus: true }),
  };
}

for (const engine of ENGINE_NAMES) {
  const { ignore } = requireEngine(engine);

  Deno.test({
    name: `${engine}: a dead worker's container is removed whose claim was lost, nobody else's`,
    ignore,
    async fn() {
      await using state = await temporaryDirectory();
      await using elsewhere = await temporaryDirectory();
      const image = await containerImage(engine, { programs: "busybox" });
      const isolation = new ContainerIsolation(create(Isolation_ContainerSchema, { image }), {
        engine,
        lazyPull: true,
      });
      const prepare = async (ledger: OwnerLedger) =>
        await isolation.prepare({
          taskId: crypto.randomUUID(),
          progress: () => {},
          signal: new AbortController().signal,
          ledger,
        });
      const dead = await OwnerLedger.open(state.path);
      await using live = await OwnerLedger.open(state.path);
      await using deadMachine = await prepare(dead);
      await using liveMachine = await prepare(live);
      const home = nameHome(state.path);
      await using pathForOwner = await labelled(engine, containerLabels("1", { home, id: "../../x" }));
      await using otherHome = await labelled(
        engine,
        containerLabels("1", { home: nameHome(elsewhere.path), id: dead.identify().id }),
      );
      // It is killed, and the host crashes before the list is on the disk.
      await dead[Symbol.asyncDispose]();
      await Deno.writeTextFile(dead.files.list, "");

      const logger = new RecordingLogger();
      const signal = new AbortController().signal;
      await removeUnlistedContainers({ stateDirectory: state.path, logger, signal });

      assert.equal(logger.lines.length, 1, logger.lines.join("\n"));
      assert.match(
        logger.lines[0] ?? "",
        new RegExp(
          `^info removed the ${engine} container cirrus-\\S+ of a dead worker, which nobody wrote down`,
        ),
      );
      await assert.rejects(
        deadMachine.files.makeDirectory("/tmp/x"),
        /somebody has (stopped or )?removed it/,
      );
      await liveMachine.files.makeDirectory("/tmp/x");
      for (const { name } of [pathForOwner, otherHome]) {
        assert.equal((await runCommand([engine, "container", "inspect", name])).status.kind, "exited");
      }
    },
  });
}

Deno.test("a home has one name, whoever asks first, and none before", async () => {
  await using state = await temporaryDirectory();
  const logger = new RecordingLogger();
  const signal = new AbortController().signal;
  await removeUnlistedContainers({ stateDirectory: state.path, logger, signal });
  assert.deepEqual([...Deno.readDirSync(state.path)], []);
  const name = nameHome(state.path);
  assert.equal(nameHome(state.path), name);
  assert.deepEqual([...Deno.readDirSync(state.path)].map((entry) => entry.name), ["home"]);
});
