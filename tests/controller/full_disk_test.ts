import assert from "node:assert/strict";
import { join } from "node:path";
import { BLOB_PATH, blobHandler } from "../../lib/controller/blobs/blob_handler.ts";
import { FileArtifactStorage } from "../../lib/controller/blobs/file_artifact_storage.ts";
import { FileCacheStorage } from "../../lib/controller/blobs/file_cache_storage.ts";
import { type Grant, SignedUrls } from "../../lib/controller/blobs/signed_urls.ts";
import { systemClock } from "../../lib/controller/clock.ts";
import { StoreFullError } from "../../lib/controller/store/store_full_error.ts";
import { silentLogger } from "../../lib/logging/logger.ts";
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

Deno.test(
  "A cache or an artifact that the disk has no room for is refused with the reason",
  needsRoot,
  async () => {
    await using disk = await smallDisk({ bytes: 8 * 1024 * 1024 });
    const clock = systemClock;
    await using caches = await FileCacheStorage.open({
      directory: join(disk.path, "caches"),
      maxBytes: 1e9,
      clock,
    });
    const artifacts = new FileArtifactStorage({ directory: join(disk.path, "artifacts") });
    const urls = new SignedUrls(clock);
    const handle = blobHandler({ caches, artifacts, urls, logger: silentLogger });
    const body = new Uint8Array(1024 * 1024);
    const put = async (grant: Grant) => {
      const headers = { "content-length": String(body.byteLength) };
      const url = `http://localhost${BLOB_PATH}${urls.sign(grant)}`;
      const answer = await handle(new Request(url, { method: "PUT", headers, body }));
      return { status: answer.status, text: await answer.text() };
    };
    const cache = { kind: "write cache", task: "1", scope: "a/b", key: "k" } as const;
    const owner = { buildId: "1", taskId: "1", taskName: "main" };
    const artifact = { kind: "write artifact", owner, name: "n", path: "p", size: body.byteLength } as const;
    await put(artifact);
    const makeRoom = await disk.fill();
    assert.deepEqual(await put(cache), {
      status: 507,
      text: "The disk that holds the controller's caches is full: make space there\n",
    });
    assert.deepEqual(await put(artifact), {
      status: 507,
      text: "The disk that holds the controller's artifacts is full: make space there\n",
    });
    await makeRoom();
    assert.equal((await put(cache)).status, 200);
    assert.equal((await put(artifact)).status, 200);
  },
);
