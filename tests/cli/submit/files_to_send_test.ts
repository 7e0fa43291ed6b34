import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { readSubmission } from "../../../lib/controller/builds/submission.ts";
import { filesToSend } from "../../../lib/cli/submit/files_to_send.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";

const DEFINITION = `
task:
  name: main
  env:
    CIRRUS_ARCH: amd64
  persistent_worker:
    isolation:
      container:
        dockerfile: ci/Dockerfile
  main_script: "true"
plain_task:
  persistent_worker: {}
  main_script: "true"
`;

/** What a project of these files sends with a definition, and what the controller makes of it. */
async function send(files: Readonly<Record<string, string | Uint8Array>>, definition = DEFINITION) {
  await using folder = await temporaryDirectory();
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder.path, path);
    await Deno.mkdir(dirname(file), { recursive: true });
    await Deno.writeFile(file, typeof content === "string" ? new TextEncoder().encode(content) : content);
  }
  const submission = {
    definition,
    path: ".cirrus.yml",
    environment: new Map<string, string>(),
    secretsToMask: [],
    affectedFiles: [],
    repository: {},
  };
  const sent = await filesToSend(submission, { directory: folder.path });
  return { sent, read: () => readSubmission({ ...submission, files: sent }) };
}

const hashOf = async (files: Readonly<Record<string, string | Uint8Array>>) => {
  const { build, warnings } = await (await send(files)).read();
  assert.deepEqual(warnings, []);
  return build.tasks[0]?.metadata?.properties.dockerfile_hash;
};

Deno.test("a Dockerfile and what it copies go with the definition, and nothing else", async () => {
  const { sent } = await send({
    "ci/Dockerfile": "FROM scratch\nCOPY deps /deps\n",
    "deps/a/list": "one",
    "deps/b": "two",
    "secret.txt": "stays",
  });
  assert.deepEqual(sent, {
    "ci/Dockerfile": btoa("FROM scratch\nCOPY deps /deps\n"),
    "deps/a/list": btoa("one"),
    "deps/b": btoa("two"),
  });
});

Deno.test("a change of a file that is copied changes the image that the controller names", async () => {
  const dockerfile = { "ci/Dockerfile": "FROM scratch\nCOPY deps /deps\n" };
  const first = await hashOf({ ...dockerfile, "deps/a": "one" });
  assert.equal(await hashOf({ ...dockerfile, "deps/a": "one" }), first);
  assert.notEqual(await hashOf({ ...dockerfile, "deps/a": "two" }), first);
});

Deno.test("what is too large is only named, and the controller warns that its changes go unseen", async () => {
  const { sent, read } = await send({
    "ci/Dockerfile": "FROM scratch\nCOPY large /large\n",
    large: new Uint8Array(5_000_001),
  });
  assert.equal(sent.large, null);
  const { warnings } = await read();
  assert.match(
    warnings[0]?.message ?? "",
    /"large" cannot be read, so its changes go unseen: it was too large/,
  );
});

Deno.test("a definition that names no Dockerfile sends nothing, and a missing one is the controller's to report", async () => {
  assert.deepEqual((await send({ "ci/Dockerfile": "" }, "task:\n  main_script: x\n")).sent, {});
  const { sent, read } = await send({});
  assert.deepEqual(sent, {});
  await assert.rejects(read(), ({ diagnostics }) => {
    assert.match(diagnostics[0].message, /Reading "ci\/Dockerfile": it did not come with the definition/);
    return true;
  });
});
