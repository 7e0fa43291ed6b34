import assert from "node:assert/strict";
import { join } from "node:path";
import { testClone } from "./test_clone.ts";

testClone("links and modes are as committed, times are of now", async (origin, task) => {
  const work = join(origin.server.root, "project");
  await Deno.writeTextFile(join(work, "run.sh"), "#!/bin/sh\n", { mode: 0o755 });
  await Deno.symlink("run.sh", join(work, "link"));
  await Deno.symlink("/nowhere/at all", join(work, "dangling"));
  await origin.commit({ "plain.txt": "", "folder/deeper/file": "x" });
  // A file system may keep times by the second.
  const before = Math.floor(Date.now() / 1000) * 1000;
  assert.ok(await task.clone({ CIRRUS_REPO_CLONE_URL: origin.url, CIRRUS_BRANCH: "main" }), task.log);
  const stat = (path: string) => Deno.lstatSync(join(task.directory, path));
  assert.equal((stat("run.sh").mode ?? 0) & 0o777, 0o755);
  assert.equal((stat("plain.txt").mode ?? 0) & 0o777, 0o644);
  assert.equal(await Deno.readLink(join(task.directory, "link")), "run.sh");
  assert.equal(await Deno.readLink(join(task.directory, "dangling")), "/nowhere/at all");
  assert.ok((stat("folder/deeper/file").mtime?.getTime() ?? 0) >= before);
  assert.equal(await task.git("status", "--porcelain"), "");
});

testClone("attributes change nothing of the files", async (origin, task) => {
  await origin.git("config", "core.autocrlf", "false");
  const attributes = [
    "*.txt export-subst ident",
    "hidden export-ignore",
    "*.bat text eol=crlf",
    "*.big filter=lfs diff=lfs merge=lfs -text",
  ];
  await origin.commit({
    ".gitattributes": attributes.join("\n") + "\n",
    "version.txt": "$Format:%H$ $Id$\n",
    "hidden": "here",
    "run.bat": "echo\n",
    "x.big": "version https://git-lfs.github.com/spec/v1\n",
  });
  assert.ok(await task.clone({ CIRRUS_REPO_CLONE_URL: origin.url, CIRRUS_BRANCH: "main" }), task.log);
  assert.equal(await task.read("version.txt"), "$Format:%H$ $Id$\n");
  assert.equal(await task.read("hidden"), "here");
  assert.equal(await task.read("run.bat"), "echo\n");
  assert.match(await task.read("x.big"), /^version/);
  assert.equal(await task.git("status", "--porcelain"), "");
  assert.equal(await task.git("check-attr", "export-ignore", "hidden"), "hidden: export-ignore: set");
});

testClone("names with line breaks, not in UTF-8, or very long are as committed", async (origin, task) => {
  const names = ["new\nline", 'tab\tand "quotes" and \\', "latin\xe9", "-rf", " ", "x".repeat(250)];
  await origin.commitTree(names.map((name) => ({ mode: "100644", name, content: name })));
  assert.ok(await task.clone({ CIRRUS_REPO_CLONE_URL: origin.url, CIRRUS_BRANCH: "main" }), task.log);
  assert.equal(await task.git("status", "--porcelain"), "");
  assert.equal((await task.git("ls-files", "-z")).split("\0").length - 1, names.length);
  assert.equal(await task.git("ls-files", "--deleted", "--modified", "--others"), "");
});

testClone("names that differ only in case are both there", async (origin, task) => {
  await origin.commitTree(["README", "readme"].map((name) => ({ mode: "100644", name, content: name })));
  assert.ok(await task.clone({ CIRRUS_REPO_CLONE_URL: origin.url, CIRRUS_BRANCH: "main" }), task.log);
  assert.deepEqual([await task.read("README"), await task.read("readme")], ["README", "readme"]);
  assert.equal(await task.git("status", "--porcelain"), "");
});

for (
  const [title, entry] of [
    [".git", { mode: "100644", name: ".git", content: "gitdir: /tmp" }],
    [".git in other letters", { mode: "100644", name: ".GiT", content: "gitdir: /tmp" }],
    ["..", { mode: "100644", name: "..", content: "out" }],
    [".gitmodules as a link", { mode: "120000", name: ".gitmodules", content: "/etc/passwd" }],
  ] as const
) {
  testClone(
    `a tree with ${title} is refused before anything of it is in the machine`,
    async (origin, task) => {
      await origin.commitTree([entry]);
      assert.equal(await task.clone({ CIRRUS_REPO_CLONE_URL: origin.url, CIRRUS_BRANCH: "main" }), false);
      assert.match(task.log, /\nCloning \S+: it holds something that could do harm where it is checked out/);
      assert.deepEqual([...Deno.readDirSync(task.directory)], []);
    },
  );
}

testClone("a commit without files is cloned", async (origin, task) => {
  await origin.commit({});
  assert.ok(await task.clone({ CIRRUS_REPO_CLONE_URL: origin.url, CIRRUS_BRANCH: "main" }), task.log);
  assert.equal(await task.git("status", "--porcelain"), "");
});

testClone("what an earlier clone left of .git does not mix with the new one", async (origin, task) => {
  await origin.commit({ "a.txt": "new" });
  const left = join(task.directory, ".git", "refs", "heads");
  await Deno.mkdir(left, { recursive: true });
  await Deno.writeTextFile(join(left, "old"), "1234567890".repeat(4));
  assert.ok(await task.cloneHere({ CIRRUS_REPO_CLONE_URL: origin.url, CIRRUS_BRANCH: "main" }), task.log);
  assert.equal(await task.git("for-each-ref", "--format=%(refname)", "refs/heads"), "refs/heads/main");
});
