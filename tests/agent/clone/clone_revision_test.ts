import assert from "node:assert/strict";
import { testClone } from "./test_clone.ts";

testClone("a branch is cloned: HEAD is on it, and git works as after a plain clone", async (origin, task) => {
  await origin.commit({ "a.txt": "one" });
  await origin.git("tag", "--annotate", "v1", "--message", "one");
  await origin.git("push", "--quiet", "origin", "v1");
  const change = await origin.commit({ "b/c.txt": "two" });
  assert.ok(
    await task.clone({
      CIRRUS_REPO_CLONE_URL: origin.url,
      CIRRUS_BRANCH: "main",
      CIRRUS_CHANGE_IN_REPO: change,
    }),
    task.log,
  );
  assert.equal(await task.read("b/c.txt"), "two");
  assert.equal(await task.git("status", "--porcelain"), "");
  assert.equal(await task.git("rev-parse", "HEAD"), change);
  assert.equal(await task.git("symbolic-ref", "HEAD"), "refs/heads/main");
  assert.equal(await task.git("log", "--format=%s"), "b/c.txt\na.txt");
  assert.match(await task.git("describe", "--tags"), /^v1-1-g/);
  assert.equal(await task.git("status", "--short", "--branch"), "## main...origin/main");
  assert.equal(await task.git("fsck", "--strict"), "");
  await origin.git("checkout", "--quiet", "-b", "other");
  const other = await origin.commit({ "d.txt": "three" });
  await task.git("fetch", "--quiet");
  assert.equal(await task.git("rev-parse", "origin/other"), other);
  assert.match(
    task.log,
    // A slow machine also says how far it is in between.
    /^Fetching the branch main of \S+\n(?:.* so far\n)*Checked out [0-9a-f]{40} of \S+: 2 files, [\d.]+ KB in .+ \(.*\/s\)\n$/,
  );
});

testClone("a branch with slashes is cloned, and only that one", async (origin, task) => {
  await origin.commit({ "a.txt": "one" });
  await origin.git("checkout", "--quiet", "-b", "feature/x/y");
  await origin.commit({ "a.txt": "two" });
  assert.ok(await task.clone({ CIRRUS_REPO_CLONE_URL: origin.url, CIRRUS_BRANCH: "feature/x/y" }), task.log);
  assert.equal(await task.read("a.txt"), "two");
  assert.equal(
    await task.git("for-each-ref", "--format=%(refname)"),
    "refs/heads/feature/x/y\nrefs/remotes/origin/feature/x/y",
  );
});

testClone("a tag is cloned with HEAD detached", async (origin, task) => {
  const change = await origin.commit({ "a.txt": "one" });
  await origin.git("tag", "--annotate", "v1", "--message", "one");
  await origin.git("push", "--quiet", "origin", "v1");
  await origin.commit({ "a.txt": "two" });
  assert.ok(await task.clone({ CIRRUS_REPO_CLONE_URL: origin.url, CIRRUS_TAG: "v1", CIRRUS_BRANCH: "main" }));
  assert.equal(await task.git("rev-parse", "HEAD"), change);
  assert.equal(await task.git("for-each-ref", "--format=%(refname)"), "refs/tags/v1");
  assert.equal(await task.git("describe"), "v1");
  assert.equal(await task.git("status", "--porcelain"), "");
});

testClone("a tag that was moved is followed", async (origin, task) => {
  await origin.commit({ "a.txt": "one" });
  await origin.git("tag", "nightly");
  await origin.git("push", "--quiet", "origin", "nightly");
  const variables = { CIRRUS_REPO_CLONE_URL: origin.url, CIRRUS_TAG: "nightly" };
  assert.ok(await task.clone(variables));
  await origin.commit({ "a.txt": "two" });
  await origin.git("tag", "--force", "nightly");
  await origin.git("push", "--quiet", "--force", "origin", "nightly");
  assert.ok(await task.clone(variables));
  assert.equal(await task.read("a.txt"), "two");
});

testClone("a pull request is cloned by its head, reset to the change", async (origin, task) => {
  await origin.commit({ "a.txt": "one" });
  await origin.git("checkout", "--quiet", "-b", "theirs");
  const change = await origin.commit({ "a.txt": "two" });
  await origin.commit({ "a.txt": "three" });
  await origin.git("push", "--quiet", "origin", "HEAD:refs/pull/7/head");
  assert.ok(
    await task.clone({
      CIRRUS_REPO_CLONE_URL: origin.url,
      CIRRUS_BRANCH: "pull/7",
      CIRRUS_PR: "7",
      CIRRUS_CHANGE_IN_REPO: change,
    }),
    task.log,
  );
  assert.equal(await task.read("a.txt"), "two");
  assert.equal(await task.git("rev-parse", "HEAD", "origin/pull/7~1"), `${change}\n${change}`);
  assert.equal(await task.git("status", "--porcelain"), "");
});

testClone("a pull request is cloned as merged, without a reset, one commit deeper", async (origin, task) => {
  await origin.commit({ "a.txt": "one" });
  await origin.git("checkout", "--quiet", "-b", "theirs");
  const change = await origin.commit({ "b.txt": "two" });
  await origin.git("checkout", "--quiet", "main");
  await origin.commit({ "c.txt": "three" });
  await origin.git("merge", "--quiet", "--no-ff", "-m", "merge", "theirs");
  await origin.git("push", "--quiet", "origin", "HEAD:refs/pull/7/merge");
  assert.ok(
    await task.clone({
      CIRRUS_REPO_CLONE_URL: origin.url,
      CIRRUS_PR: "7",
      CIRRUS_CHANGE_IN_REPO: change,
      CIRRUS_RESOLUTION_STRATEGY: "MERGE_FOR_PRS",
      CIRRUS_CLONE_DEPTH: "1",
    }),
    task.log,
  );
  assert.equal(await task.git("log", "-1", "--format=%s"), "merge");
  assert.deepEqual([await task.read("b.txt"), await task.read("c.txt")], ["two", "three"]);
  assert.equal(await task.git("rev-list", "--count", "HEAD"), "3");
});

testClone("a depth bounds the history, and later clones may go deeper", async (origin, task) => {
  for (const text of ["1", "2", "3", "4"]) await origin.commit({ "a.txt": text });
  const variables = { CIRRUS_REPO_CLONE_URL: origin.url, CIRRUS_BRANCH: "main" };
  for (const [depth, commits] of [["1", "1"], ["3", "3"], ["2", "2"], ["0", "4"], ["1", "1"]] as const) {
    assert.ok(await task.clone({ ...variables, CIRRUS_CLONE_DEPTH: depth }), task.log);
    assert.equal(await task.git("rev-list", "--count", "HEAD"), commits);
    assert.equal(await task.git("status", "--porcelain"), "");
    assert.doesNotMatch(task.log, /damaged/);
  }
});

testClone("a change that is not within the depth is fetched all the same", async (origin, task) => {
  const change = await origin.commit({ "a.txt": "1" });
  for (const text of ["2", "3", "4"]) await origin.commit({ "a.txt": text });
  const variables = {
    CIRRUS_REPO_CLONE_URL: origin.url,
    CIRRUS_BRANCH: "main",
    CIRRUS_CHANGE_IN_REPO: change,
    CIRRUS_CLONE_DEPTH: "1",
  };
  for (const _ of ["first", "second"]) {
    assert.ok(await task.clone(variables), task.log);
    assert.equal(await task.git("rev-parse", "HEAD"), change);
    assert.equal(await task.read("a.txt"), "1");
    assert.equal(await task.git("status", "--porcelain"), "");
  }
});

testClone("a change that no branch leads to any more is fetched by its id", async (origin, task) => {
  await origin.commit({ "a.txt": "1" });
  const change = await origin.commit({ "a.txt": "lost" });
  await origin.git("reset", "--quiet", "--hard", "HEAD~1");
  const tip = await origin.commit({ "a.txt": "forced" });
  const variables = { CIRRUS_REPO_CLONE_URL: origin.url, CIRRUS_BRANCH: "main" };
  assert.ok(await task.clone({ ...variables, CIRRUS_CHANGE_IN_REPO: change }), task.log);
  assert.equal(await task.read("a.txt"), "lost");
  assert.equal(await task.git("rev-parse", "HEAD", "origin/main"), `${change}\n${tip}`);
});

testClone("a branch that was pushed over by force is followed", async (origin, task) => {
  await origin.commit({ "a.txt": "1" });
  await origin.commit({ "a.txt": "lost" });
  const variables = { CIRRUS_REPO_CLONE_URL: origin.url, CIRRUS_BRANCH: "main" };
  assert.ok(await task.clone(variables));
  await origin.git("reset", "--quiet", "--hard", "HEAD~1");
  await origin.commit({ "a.txt": "forced" });
  assert.ok(await task.clone(variables), task.log);
  assert.equal(await task.read("a.txt"), "forced");
  assert.doesNotMatch(task.log, /damaged/);
});

testClone("a commit alone can be cloned", async (origin, task) => {
  const change = await origin.commit({ "a.txt": "1" });
  await origin.commit({ "a.txt": "2" });
  assert.ok(await task.clone({ CIRRUS_REPO_CLONE_URL: origin.url, CIRRUS_CHANGE_IN_REPO: change }), task.log);
  assert.equal(await task.read("a.txt"), "1");
});

testClone("a change that does not exist fails and is named", async (origin, task) => {
  await origin.commit({ "a.txt": "1" });
  const change = "1234567890".repeat(4);
  const variables = {
    CIRRUS_REPO_CLONE_URL: origin.url,
    CIRRUS_BRANCH: "main",
    CIRRUS_CHANGE_IN_REPO: change,
  };
  assert.equal(await task.clone(variables), false);
  assert.match(
    task.log,
    new RegExp(`\nCloning \\S+: The commit ${change} is not in \\S+: it was removed there`),
  );
});

testClone("a branch that does not exist fails and is named", async (origin, task) => {
  await origin.commit({ "a.txt": "1" });
  assert.equal(await task.clone({ CIRRUS_REPO_CLONE_URL: origin.url, CIRRUS_BRANCH: "nope" }), false);
  assert.match(task.log, /\nCloning \S+: it does not have the branch nope\n$/);
});

testClone("an empty repository fails and is said to be empty", async (origin, task) => {
  assert.equal(await task.clone({ CIRRUS_REPO_CLONE_URL: origin.url, CIRRUS_BRANCH: "main" }), false);
  assert.match(task.log, /\nCloning \S+: it is empty; push a commit first\n$/);
});

for (
  const [choice, tags] of [[undefined, "v1"], ["true", "elsewhere\nv1"], ["false", ""]] as const
) {
  testClone(
    `CIRRUS_CLONE_TAGS=${choice ?? ""} brings ${tags.replace("\n", ", ") || "no tags"}`,
    async (origin, task) => {
      await origin.commit({ "a.txt": "1" });
      await origin.git("tag", "v1");
      await origin.git("checkout", "--quiet", "-b", "other");
      await origin.commit({ "a.txt": "2" });
      await origin.git("tag", "elsewhere");
      await origin.git("push", "--quiet", "--tags", "origin");
      const variables = { CIRRUS_REPO_CLONE_URL: origin.url, CIRRUS_BRANCH: "main" };
      assert.ok(await task.clone({ ...variables, ...choice && { CIRRUS_CLONE_TAGS: choice } }), task.log);
      assert.equal(await task.git("tag"), tags);
    },
  );
}
