import assert from "node:assert/strict";
import { join } from "node:path";
import { playground } from "./playground.ts";

const FILE = `
persistent_worker: {}
build_task:
  matrix:
    - env: { KIND: debug }
    - env: { KIND: release }
  build_script: mkdir out && echo $KIND > out/kind.txt && touch out/empty
  binary_artifacts:
    path: out/**
  always:
    logs_artifacts:
      path: "*.log"
`;

Deno.test("--artifacts-dir gets the files of each task in a folder of its own", async () => {
  await using place = await playground({ ".cirrus.yml": FILE, "run.log": "logged" });
  const { code, stdout } = await place.run(["run", "--artifacts-dir=kept"]);
  assert.equal(code, 0, stdout);
  const read = (path: string) => Deno.readTextFile(join(place.project, "kept", path));
  assert.equal(await read("build KIND:debug/binary/out/kind.txt"), "debug\n");
  assert.equal(await read("build KIND:release/binary/out/kind.txt"), "release\n");
  assert.equal(await read("build KIND:debug/binary/out/empty"), "");
  assert.equal(await read("build KIND:release/logs/run.log"), "logged");
  await place.assertNothingLeft();
});

Deno.test("without --artifacts-dir artifacts are uploaded, and gone at the end", async () => {
  await using place = await playground({ ".cirrus.yml": FILE, "run.log": "logged" });
  const { code, stdout } = await place.run(["run"]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /binary \| Uploaded 2 files, \d+ B in /);
  await place.assertNothingLeft();
});
