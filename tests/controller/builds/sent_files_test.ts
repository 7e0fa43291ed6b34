import assert from "node:assert/strict";
import { sentFiles } from "../../../lib/controller/builds/sent_files.ts";

const files = sentFiles({ "ci/Dockerfile": btoa("FROM scratch\n"), "ci/a/b": "", "./c": null });

Deno.test("files are found by their paths, however those are written", async () => {
  for (const path of ["ci/Dockerfile", "./ci/Dockerfile", "ci/a/../Dockerfile"]) {
    assert.equal(new TextDecoder().decode(await files.read(path)), "FROM scratch\n");
  }
  assert.equal((await files.read("ci/a/b")).length, 0);
  assert.equal(await files.list("ci/Dockerfile"), undefined);
});

Deno.test("folders have what is below them", async () => {
  for (const top of [".", "./", ""]) assert.deepEqual(await files.list(top), ["ci", "c"]);
  for (const folder of ["ci", "ci/", "./ci"]) assert.deepEqual(await files.list(folder), ["Dockerfile", "a"]);
});

Deno.test("what was not sent says so", async () => {
  await assert.rejects(files.read("ci"), /did not come with the definition/);
  await assert.rejects(files.read("../etc/passwd"), /did not come with the definition/);
  await assert.rejects(files.list("ci/Docker"), /did not come with the definition/);
  await assert.rejects(files.read("c"), /too large/);
});
