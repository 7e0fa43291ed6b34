import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { checkedOutCommit } from "../../lib/cli/checked_out_commit.ts";
import { git } from "../helpers/git.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";

const commitOf = (path: string) => checkedOutCommit(pathToFileURL(`${path}/`));

/** A repository with one commit, in a folder with a name that URLs do not like. */
async function repository() {
  const directory = await temporaryDirectory();
  const path = join(directory.path, "50% #1 ?x");
  await Deno.mkdir(path);
  await git(path, "init", "--quiet", "--initial-branch=main");
  await git(path, "commit", "--quiet", "--allow-empty", "--message=first");
  return {
    path,
    commit: (await git(path, "rev-parse", "HEAD")).slice(0, 10),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

Deno.test("the commit of a branch is found, loose or packed", async () => {
  await using repo = await repository();
  assert.equal(commitOf(repo.path), repo.commit);
  await git(repo.path, "pack-refs", "--all");
  assert.equal(commitOf(repo.path), repo.commit);
});

Deno.test("the commit of a detached head is found", async () => {
  await using repo = await repository();
  await git(repo.path, "checkout", "--quiet", "--detach");
  assert.equal(commitOf(repo.path), repo.commit);
});

Deno.test("the commit of a further work tree is its own", async () => {
  await using repo = await repository();
  const further = join(repo.path, "..", "further #2");
  await git(repo.path, "worktree", "add", "--quiet", "-b", "topic/x", further);
  assert.equal(commitOf(further), repo.commit);
  await git(further, "commit", "--quiet", "--allow-empty", "--message=second");
  assert.equal(commitOf(further), (await git(further, "rev-parse", "HEAD")).slice(0, 10));
  assert.equal(commitOf(repo.path), repo.commit);
});

Deno.test("there is no commit outside of a work tree", async () => {
  await using directory = await temporaryDirectory();
  assert.equal(commitOf(directory.path), undefined);
});
