import assert from "node:assert/strict";
import { join } from "node:path";
import { StoreFullError } from "../../lib/controller/store/store_full_error.ts";
import { Code } from "../../lib/rpc/code.ts";
import { Status } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { needsRoot, smallDisk } from "../helpers/small_disk.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";
import { task } from "./builds.ts";
import { RawWorker } from "./raw_worker.ts";
import { startController, waitForBuild } from "./running_controller.ts";

const isFull = (error: unknown) => error instanceof StoreFullError && /make space there/.test(error.message);

Deno.test(
  "A controller whose disk is full refuses what is new, keeps what it has, and goes on when there is space",
  needsRoot,
  async () => {
    await using disk = await smallDisk({ bytes: 24 * 1024 * 1024 });
    await using controller = await startController({ dataDirectory: `${disk.path}/data` });
    using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
    const build = await controller.builds.create({ tasks: [task()] });
    const given = await worker.takeTask();
    await given.started();
    await given.streamLog("main", ["before\n".repeat(10_000)]);

    const makeRoom = await disk.fill();
    const another = () => controller.builds.create({ tasks: [task()] });
    await assert.rejects(another(), isFull);
    await assert.rejects(controller.tasks.rerun(given.id), isFull);
    await assert.rejects(given.streamLog("main", ["x".repeat(1_000_000)]), {
      code: Code.RESOURCE_EXHAUSTED,
      details: /logs is full/,
    });

    await makeRoom();
    await another();
    await given.streamLog("main", ["after\n"]);
    await given.finished([{ name: "main", status: Status.COMPLETED }]);
    await given.stopped();
    assert.equal((await waitForBuild(controller, build.id)).status, "completed");
    const log = await controller.logs.read({ taskId: given.id, command: "main" }, { offset: 69_990 });
    assert.equal(new TextDecoder().decode(log?.bytes), "re\nbefore\nafter\n".slice(-16));
    assert.equal((await controller.builds.list({ limit: 100 })).length, 2);
    await worker.takeTask();
  },
);

Deno.test(
  "A controller whose logs are on a full disk of their own refuses new builds",
  needsRoot,
  async () => {
    await using disk = await smallDisk({ bytes: 24 * 1024 * 1024 });
    await using directory = await temporaryDirectory();
    await Deno.mkdir(join(disk.path, "logs"));
    await Deno.symlink(join(disk.path, "logs"), join(directory.path, "logs"));
    await using controller = await startController({ dataDirectory: directory.path });
    const makeRoom = await disk.fill();
    await assert.rejects(controller.builds.create({ tasks: [task()] }), isFull);
    assert.deepEqual(await controller.builds.list({ limit: 1 }), []);
    await makeRoom();
    await controller.builds.create({ tasks: [task()] });
  },
);
