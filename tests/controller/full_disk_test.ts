import assert from "node:assert/strict";
import { StoreFullError } from "../../lib/controller/store/store_full_error.ts";
import { Code } from "../../lib/rpc/code.ts";
import { Status } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { needsRoot, smallDisk } from "../helpers/small_disk.ts";
import { task } from "./builds.ts";
import { RawWorker } from "./raw_worker.ts";
import { startController, waitForBuild } from "./running_controller.ts";

Deno.test(
  "A controller whose disk is full refuses what is new, keeps what it has, and goes on when there is space",
  needsRoot,
  async () => {
    await using disk = await smallDisk({ bytes: 24 * 1024 * 1024 });
    await using controller = await startController({ dataDirectory: `${disk.path}/data` });
    using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
    const build = await controller.createBuild({ tasks: [task()] });
    const given = await worker.takeTask();
    await given.started();
    await given.streamLog("main", ["before\n".repeat(10_000)]);

    const makeRoom = await disk.fill();
    const large = () =>
      controller.createBuild({ tasks: [task()], environment: new Map([["LARGE", "x".repeat(1e6)]]) });
    let stored = 0;
    await assert.rejects(async () => {
      for (;; stored++) await large();
    }, (error) => error instanceof StoreFullError && /make space/.test(error.message));
    await assert.rejects(given.streamLog("main", ["x".repeat(1_000_000)]), {
      code: Code.RESOURCE_EXHAUSTED,
      details: /logs is full/,
    });

    await makeRoom();
    await large();
    await given.streamLog("main", ["after\n"]);
    await given.finished([{ name: "main", status: Status.COMPLETED }]);
    await given.stopped();
    assert.equal((await waitForBuild(controller, build.id)).status, "completed");
    const log = await controller.readLog({ taskId: given.id, command: "main" }, { offset: 69_990 });
    assert.equal(new TextDecoder().decode(log?.bytes), "re\nbefore\nafter\n".slice(-16));
    assert.equal((await controller.listBuilds({ limit: 100 })).length, stored + 2);
    await worker.takeTask();
  },
);
