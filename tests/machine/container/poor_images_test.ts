import assert from "node:assert/strict";
import { ENGINE_NAMES } from "../../../lib/machine/container/engine_name.ts";
import { containerImage, type ImageContent, removeContainerImages } from "../../helpers/container_images.ts";
import { requireEngine } from "../../helpers/require_engine.ts";
import { containerNames, TestContainer } from "../../helpers/test_container.ts";

Deno.test.afterAll(removeContainerImages);

for (const engine of ENGINE_NAMES) {
  const test = (name: string, fn: () => Promise<void>) =>
    Deno.test({ name: `${engine}: ${name}`, ...requireEngine(engine), fn });

  const start = async (content: ImageContent) =>
    await TestContainer.start(engine, { container: { image: await containerImage(engine, content) } });

  test("an image without cat, tar, find, stat, setsid and bash has all its files all the same", async () => {
    await using container = await start({ programs: ["dash", "mkdir", "rm", "chmod"] });
    const { files } = container.machine;
    // Docker copies nothing into a container while it copies something out of it.
    const repack = async (directory: string, tar: ReadableStream<Uint8Array>) =>
      await files.unpack(directory, ReadableStream.from([await new Response(tar).bytes()]));
    await files.makeDirectory("/tmp/from/empty");
    await files.write("/tmp/from/text", new TextEncoder().encode("it's\n"), { mode: 0o640 });
    const long = `${"x".repeat(120)}/${"ü".repeat(60)}`;
    await files.makeDirectory(`/tmp/from/${"x".repeat(120)}`);
    const binary = crypto.getRandomValues(new Uint8Array(60_000));
    await files.write("/tmp/from/binary", binary, { mode: 0o751 });
    await container.run(["/bin/sh", "-c", `echo long > /tmp/from/${long}`]);

    await repack("/tmp/to", await files.pack("/tmp/from", ["binary", "empty", "x".repeat(120)]));
    await repack("/tmp/all", await files.pack("/tmp/to", ["."]));
    assert.deepEqual(await new Response(await files.read("/tmp/all/binary")).bytes(), binary);
    assert.equal(await new Response(await files.read("/tmp/from/text")).text(), "it's\n");
    const listed = await Array.fromAsync(files.list("/tmp/all"));
    assert.deepEqual(
      listed.map(({ path, kind, size, mode }) => [path, kind, size, mode]).sort(),
      [
        ["binary", "file", 60_000, 0o751],
        ["empty", "directory", 0, 0o755],
        ["x".repeat(120), "directory", 0, 0o755],
        [long, "file", 5, 0o644],
      ].sort(),
    );
    assert.ok(
      listed.findIndex(({ path }) => path === long) <
        listed.findIndex(({ path }) => path === "x".repeat(120)),
    );
    await assert.rejects(files.read("/tmp/none"), Deno.errors.NotFound);
    await assert.rejects(files.read("/tmp/all"), /it is no file/);
  });

  test("an image without a shell is refused with what to do, and nothing is left of it", async () => {
    const image = await containerImage(engine, { programs: [] });
    await assert.rejects(
      TestContainer.start(engine, { container: { image } }),
      /^EngineError: Starting a container of the image \S+: the image has no \/bin\/sh, .*; use an image with a shell/,
    );
    assert.deepEqual(await containerNames(engine, { image }), []);
  });

  test("an entrypoint that exits, a health check that fails and a user who is not root do not matter", async () => {
    await using container = await start({
      programs: "busybox",
      changes: [
        'ENTRYPOINT ["/bin/false"]',
        'CMD ["x"]',
        "HEALTHCHECK --interval=1s CMD false",
        "USER 1000:1000",
      ],
    });
    assert.equal(await container.sh("id -u; pwd"), "1000\n/\n");
    await container.machine.files.unpack("/tmp/a", await container.machine.files.pack("/etc", ["passwd"]));
    assert.match(await container.sh("ls -ln /tmp/a"), / 1000 +1000 .* passwd\n$/);
  });
}
