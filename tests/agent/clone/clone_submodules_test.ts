import assert from "node:assert/strict";
import { join } from "node:path";
import { git } from "../../helpers/git.ts";
import type { Origin } from "./origin.ts";
import { testClone } from "./test_clone.ts";

/** `project` with `lib` in `vendor/lib`, with `deep` in `deep`, by relative URLs. */
async function nest(origin: Origin): Promise<void> {
  for (const name of ["lib", "deep"]) await origin.add(name);
  await origin.commit({ "deep.txt": "deep" }, "deep");
  await origin.gitIn("lib", "submodule", "--quiet", "add", "../deep.git", "deep");
  await origin.commit({ "lib.txt": "lib" }, "lib");
  await origin.git("submodule", "--quiet", "add", "--name", "the library", "./../lib.git", "vendor/lib");
  await origin.commit({ "a.txt": "top" });
}

const variables = (origin: Origin) => ({
  CIRRUS_REPO_CLONE_URL: origin.url,
  CIRRUS_BRANCH: "main",
  CIRRUS_CLONE_SUBMODULES: "true",
});

testClone("submodules with relative URLs come along, those within them too", async (origin, task) => {
  await nest(origin);
  for (const _ of ["first", "from the mirrors"]) {
    assert.ok(await task.clone(variables(origin)), task.log);
    assert.equal(await task.read("vendor/lib/lib.txt"), "lib");
    assert.equal(await task.read("vendor/lib/deep/deep.txt"), "deep");
    assert.equal(await task.git("status", "--porcelain"), "");
    assert.equal(await git(join(task.directory, "vendor", "lib"), "status", "--porcelain"), "");
    assert.match(
      await task.git("submodule", "status", "--recursive"),
      /^[0-9a-f]{40} vendor\/lib \(.*\)\n [0-9a-f]{40} vendor\/lib\/deep \(.*\)$/,
    );
    assert.equal(
      await git(join(task.directory, "vendor", "lib"), "remote", "get-url", "origin"),
      origin.server.url("lib.git"),
    );
  }
});

testClone("submodules stay away unless they are asked for", async (origin, task) => {
  await nest(origin);
  assert.ok(await task.clone({ ...variables(origin), CIRRUS_CLONE_SUBMODULES: "false" }), task.log);
  assert.deepEqual([...Deno.readDirSync(join(task.directory, "vendor", "lib"))], []);
  assert.equal(await task.git("status", "--porcelain"), "");
});

testClone("a submodule is as deep as the clone", async (origin, task) => {
  await nest(origin);
  await origin.commit({ "lib.txt": "more" }, "lib");
  await origin.gitIn("project/vendor/lib", "pull", "--quiet", "origin", "main");
  await origin.commit({ "a.txt": "more" });
  assert.ok(await task.clone({ ...variables(origin), CIRRUS_CLONE_DEPTH: "1" }), task.log);
  assert.equal(await task.read("vendor/lib/lib.txt"), "more");
  assert.equal(await git(join(task.directory, "vendor", "lib"), "rev-list", "--count", "HEAD"), "1");
});

testClone("a submodule whose repository is missing fails and is named", async (origin, task) => {
  await nest(origin);
  await Deno.remove(join(origin.server.root, "deep.git"), { recursive: true });
  assert.equal(await task.clone(variables(origin)), false);
  assert.match(
    task.log,
    /\nCloning the submodule vendor\/lib: Cloning the submodule deep: Cloning http\S+deep.git: .* not found\n$/,
  );
});

testClone("a submodule whose commit was never pushed fails and is named", async (origin, task) => {
  await nest(origin);
  await origin.gitIn("project/vendor/lib", "commit", "--quiet", "--allow-empty", "--message", "kept at home");
  await origin.commit({ "a.txt": "more" });
  assert.equal(await task.clone(variables(origin)), false);
  assert.match(
    task.log,
    /\nCloning the submodule vendor\/lib: Cloning \S+: The commit [0-9a-f]{40} is not in \S+lib.git/,
  );
});

testClone("a submodule that .gitmodules does not know fails and is named", async (origin, task) => {
  await nest(origin);
  await origin.git("rm", "--quiet", "--cached", ".gitmodules");
  await Deno.remove(join(origin.server.root, "project", ".gitmodules"));
  await origin.commit({ "a.txt": "more" });
  assert.equal(await task.clone(variables(origin)), false);
  assert.match(task.log, /\nCloning the submodule vendor\/lib: .gitmodules says no URL for that path/);
});

for (const url of ["file:///etc", "git@127.0.0.1:x/y.git", "/etc", "ext::sh -c true"]) {
  testClone(`a submodule by ${url} is refused where the clone is by http`, async (origin, task) => {
    await nest(origin);
    await origin.git("config", "--file", ".gitmodules", "submodule.the library.url", url);
    await origin.commit({ "a.txt": "more" });
    assert.equal(await task.clone(variables(origin)), false);
    assert.match(task.log, /transport '(file|ssh)' not allowed|no URL of a repository/);
  });
}
