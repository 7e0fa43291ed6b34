import assert from "node:assert/strict";
import { ENGINE_NAMES } from "../../../lib/machine/container/engine_name.ts";
import { containerImage, type ImageContent, removeContainerImages } from "../../helpers/container_images.ts";
import { requireUserland } from "../../helpers/require_userland.ts";
import { TestContainer } from "../../helpers/test_container.ts";
import { MUSL } from "../../helpers/userlands.ts";

Deno.test.afterAll(removeContainerImages);

/** Images as distributions make them, and how one tells that it is such a one. */
const KINDS: readonly [kind: string, content: ImageContent, identify: string, identity: RegExp][] = [
  ["a root of musl", { programs: "musl" }, `${MUSL} --list /bin/sh; ${MUSL}`, /musl libc/],
  [
    "a root of Debian",
    { programs: "debian" },
    "readlink /bin/sh; cat /etc/os-release; apt --version",
    /^dash\nPRETTY_NAME="Debian .*^apt 2/ms,
  ],
];

for (const engine of ENGINE_NAMES) {
  for (const [kind, content, identify, identity] of KINDS) {
    Deno.test({
      name: `${engine}: ${kind} runs scripts, moves files and is cancelled`,
      ...requireUserland(engine, content),
      async fn() {
        await using container = await TestContainer.start(engine, {
          container: { image: await containerImage(engine, content) },
        });
        assert.match(await container.sh(identify), identity);
        const { output, status } = await container.run([
          "/bin/sh",
          "-c",
          "echo out; echo err >&2; kill -9 $$",
        ]);
        assert.deepEqual([output, status], ["out\nerr\n", { kind: "signaled", signal: "SIGKILL" }]);

        const { files } = container.machine;
        const binary = crypto.getRandomValues(new Uint8Array(60_000));
        await files.makeDirectory("/tmp/from");
        await files.write("/tmp/from/binary", binary, { mode: 0o640 });
        await files.unpack("/tmp/to", await files.pack("/tmp/from", ["binary"]));
        assert.deepEqual(await new Response(await files.read("/tmp/to/binary")).bytes(), binary);
        assert.match(await container.sh("ls -l /tmp/to"), /^-rw-r----- .* binary$/m);

        const cancel = new AbortController();
        const { output: printed, status: ended } = await container.machine.spawn({
          argv: ["/bin/sh", "-c", "trap '' TERM; (sleep 3333 &); echo ready; while :; do sleep 1; done"],
          environment: container.machine.environment,
          workingDirectory: "/tmp",
        }, { signal: cancel.signal });
        const reader = printed.getReader();
        assert.equal(new TextDecoder().decode((await reader.read()).value), "ready\n");
        cancel.abort(new Error("enough"));
        assert.deepEqual(await ended, { kind: "signaled", signal: "SIGKILL" });
        await reader.cancel();
        assert.equal(await container.sh("grep -l sl[e]ep /proc/[0-9]*/cmdline 2>/dev/null"), "");
      },
    });
  }
}
