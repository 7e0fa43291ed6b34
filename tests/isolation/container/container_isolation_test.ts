import assert from "node:assert/strict";
import { join } from "node:path";
import { AbortReason } from "../../../lib/async/abort_reason.ts";
import { engineCapacity } from "../../../lib/isolation/container/engine_capacity.ts";
import type { OwnedResource } from "../../../lib/isolation/isolation.ts";
import { ContainerEngine } from "../../../lib/machine/container/container_engine.ts";
import { ENGINE_NAMES } from "../../../lib/machine/container/engine_name.ts";
import { runCommand } from "../../../lib/process/run_command.ts";
import { Platform } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { containerImage, removeContainerImages } from "../../helpers/container_images.ts";
import { requireEngine } from "../../helpers/require_engine.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import {
  ClaimList,
  containerNames,
  TestContainer,
  type TestContainerOptions,
} from "../../helpers/test_container.ts";

Deno.test.afterAll(removeContainerImages);

/** A registry that nobody can reach. */
const NOWHERE = "127.0.0.1:1";

for (const engine of ENGINE_NAMES) {
  const test = (name: string, fn: () => Promise<void>) =>
    Deno.test({ name: `${engine}: ${name}`, ...requireEngine(engine), fn });
  const busybox = () => containerImage(engine, { programs: "busybox" });

  test("the work directory, the processors and the memory are as asked for", async () => {
    const { processors, memoryMiB } = await engineCapacity(new ContainerEngine(engine));
    // Above 4 GiB, where 32 bits would end, if this host has that much.
    const memory = Math.min(5_000, memoryMiB);
    await using container = await TestContainer.start(engine, {
      container: { image: await busybox(), cpu: 1.5, memory },
    });
    assert.equal(container.machine.workingDirectory, "/tmp/cirrus-ci-build");
    const format = "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.CpuQuota}}";
    const { stdout } = await runCommand([engine, "inspect", "--format", format, container.name]);
    const [bytes, nanoCpus, quota] = new TextDecoder().decode(stdout).trim().split(" ").map(Number);
    assert.equal(bytes, memory * 1024 ** 2);
    const asked = Math.min(1.5, processors);
    assert.ok(nanoCpus === asked * 1e9 || quota === asked * 1e5, `${nanoCpus} ${quota}`);
  });

  test("asking for more than the engine has is no failure", async () => {
    await using container = await TestContainer.start(engine, {
      container: { image: await busybox(), cpu: 10_000, memory: 4_000_000_000 },
    });
    assert.equal(await container.sh("echo runs"), "runs\n");
  });

  test("a volume is made when missing, written to, and read only when it says so", async () => {
    await using host = await temporaryDirectory();
    const [made, readOnly] = [join(host.path, "made, with a comma"), host.path];
    await Deno.writeTextFile(join(host.path, "kept"), "from the host");
    await using container = await TestContainer.start(engine, {
      container: {
        image: await busybox(),
        volumes: [
          { source: made, target: "/made" },
          { source: readOnly, target: "/read-only", readOnly: true },
        ],
      },
    });
    assert.equal(await container.sh("cat /read-only/kept; echo from inside > /made/file"), "from the host");
    assert.match(await container.sh("echo x > /read-only/kept"), /Read-only file system/);
    assert.equal(await Deno.readTextFile(join(made, "file")), "from inside\n");
    assert.equal((await Deno.stat(made)).mode! & 0o777, 0o700);
    await container.machine.files.unpack("/made/sub", await container.machine.files.pack("/etc", ["passwd"]));
    assert.ok((await Deno.stat(join(made, "sub", "passwd"))).isFile);
  });

  test("an image that cannot be pulled fails with what to do, and a present one is used all the same", async () => {
    const lines: string[] = [];
    const start = (image: string) =>
      TestContainer.start(engine, {
        container: { image },
        isolation: { lazyPull: false },
        progress: (line) => lines.push(line),
      });
    const reason = new RegExp(
      `Pulling the image ${NOWHERE}/\\S+: the registry cannot be reached; check the image's name and this host's network`,
    );
    await assert.rejects(start(`${NOWHERE}/none:1`), reason);
    assert.equal(lines[0], `Pulling the image ${NOWHERE}/none:1`);

    const present = `${NOWHERE}/${crypto.randomUUID()}:1`;
    await runCommand([engine, "tag", await busybox(), present]);
    try {
      await using container = await start(present);
      assert.equal(await container.sh("echo runs"), "runs\n");
      assert.match(lines.at(-1) ?? "", reason);
      assert.match(lines.at(-1) ?? "", /; going on with the image that is here$/);
    } finally {
      await runCommand([engine, "rmi", present]);
    }
  });

  test("a preparation that is cancelled leaves no container and no claim", async () => {
    const cancel = new AbortController();
    class CancellingList extends ClaimList {
      override claim(resource: OwnedResource): Promise<AsyncDisposable> {
        queueMicrotask(() => cancel.abort(new AbortReason("cancelled", "Cancelled by a test")));
        return super.claim(resource);
      }
    }
    const ledger = new CancellingList();
    const container = { image: await busybox() };
    await assert.rejects(
      TestContainer.start(engine, { container, ledger, signal: cancel.signal }),
      /Cancelled by a test/,
    );
    const { lastContainer } = ledger;
    assert.equal(ledger.claims.size, 0);
    assert.ok(lastContainer !== undefined && !(await containerNames(engine)).includes(lastContainer));
  });

  const refusals: [what: string, container: TestContainerOptions["container"], problem: RegExp][] = [
    ["no image", { image: "" }, /the task names no image; give it one/],
    ["another platform", { image: "x", platform: Platform.WINDOWS }, /WINDOWS is not supported; only Linux/],
    [
      "a volume of a relative path",
      { image: "x", volumes: [{ source: "cache", target: "/x" }] },
      /Mounting the volume cache:\/x: its source must be an absolute path/,
    ],
  ];
  for (const [what, container, problem] of refusals) {
    test(`${what} is refused with what to do`, async () => {
      await assert.rejects(TestContainer.start(engine, { container }), problem);
    });
  }
}
