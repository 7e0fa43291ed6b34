import assert from "node:assert/strict";
import { join } from "node:path";
import { containerImage, removeContainerImages } from "../helpers/container_images.ts";
import { requireEngine } from "../helpers/require_engine.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";
import { TaskUpstream } from "./task_upstream.ts";
import { TestedWorker } from "./tested_worker.ts";

/** A folder `allowed` with a link that leads out of it, and a worker that lets containers mount what is in it. */
async function siteWith(script: string) {
  await using resources = new AsyncDisposableStack();
  const root = await Deno.realPath(resources.use(await temporaryDirectory()).path);
  const allowed = join(root, "allowed");
  const outside = join(root, "outside");
  for (const path of [join(allowed, "cache"), outside]) await Deno.mkdir(path, { recursive: true });
  await Deno.symlink(outside, join(allowed, "link"));
  const upstream = resources.use(await TaskUpstream.start());
  upstream.script(script);
  const rules = [{ source: `${allowed}/*` }];
  const worker = resources.use(
    await TestedWorker.start([upstream], {
      security: { "allowed-isolations": { container: { "allowed-volumes": rules } } },
      container: { engine: "docker" },
    }),
  );
  const owned = resources.move();
  return {
    allowed,
    outside,
    upstream,
    worker,
    async assign(source: string) {
      const image = await containerImage("docker", { programs: "busybox" });
      const volumes = [{ source, target: "/mounted" }];
      upstream.assign("1", { isolation: { type: { case: "container", value: { image, volumes } } } });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

Deno.test({
  name: "a container mounts the real path of what it asked for",
  ...requireEngine("docker"),
  async fn() {
    await using site = await siteWith("echo made > /mounted/file");
    await site.assign(`${site.allowed}/link/..//new/../cache/.`);
    await site.upstream.workers.next("taskStopped");
    assert.deepEqual(site.upstream.ci.states, { main: "COMPLETED" });
    assert.equal(await Deno.readTextFile(join(site.allowed, "cache", "file")), "made\n");
  },
});

Deno.test({
  name: "a container gets nothing through a link that leads out of what is allowed",
  ...requireEngine("docker"),
  async fn() {
    await using site = await siteWith("echo made > /mounted/file");
    await site.assign(`${site.allowed}/link`);
    const { request } = await site.upstream.workers.next("taskFailed");
    assert.match(
      request.message,
      /security settings refuse the volume ".*\/allowed\/link", which is .*\/outside, /,
    );
    await site.upstream.workers.next("taskStopped");
    assert.deepEqual([...Deno.readDirSync(site.outside)], []);
  },
});

Deno.test.afterAll(removeContainerImages);
