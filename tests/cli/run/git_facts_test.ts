import assert from "node:assert/strict";
import { join } from "node:path";
import { affectedFiles } from "../../../lib/cli/run/affected_files.ts";
import { repositoryEnvironment } from "../../../lib/cli/run/build_environment.ts";
import { UsageError } from "../../../lib/cli/usage_error.ts";
import { git } from "../../helpers/git.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";

const { signal } = new AbortController();

/** A repository with one commit, one change that is staged and one that is not. */
async function repository() {
  const folder = await temporaryDirectory();
  const directory = folder.path;
  const write = (path: string, text: string) => Deno.writeTextFile(join(directory, path), text);
  await git(directory, "init", "-q", "-b", "topic");
  for (const path of ["a.txt", "b.txt", "c.txt"]) await write(path, "1");
  await git(directory, "add", ".");
  await git(directory, "commit", "-qm", "Title\n\nBody\nof it");
  await write("a.txt", "2");
  await git(directory, "add", ".");
  await write("b.txt", "2");
  return { directory, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

Deno.test("tasks learn branch and commit from the repository", async () => {
  await using place = await repository();
  assert.deepEqual(Object.fromEntries(await repositoryEnvironment(place.directory, { signal })), {
    CIRRUS_BRANCH: "topic",
    CIRRUS_CHANGE_IN_REPO: await git(place.directory, "rev-parse", "HEAD"),
    CIRRUS_CHANGE_TITLE: "Title",
    CIRRUS_CHANGE_MESSAGE: "Title\n\nBody\nof it",
  });
});

Deno.test("a detached commit has no branch, an empty repository no commit, and no repository neither", async () => {
  await using place = await repository();
  await git(place.directory, "checkout", "-q", "--detach");
  assert.ok(!(await repositoryEnvironment(place.directory, { signal })).has("CIRRUS_BRANCH"));
  await using empty = await temporaryDirectory();
  assert.equal((await repositoryEnvironment(empty.path, { signal })).size, 0);
  await git(empty.path, "init", "-q", "-b", "main");
  assert.deepEqual([...await repositoryEnvironment(empty.path, { signal })], [["CIRRUS_BRANCH", "main"]]);
});

Deno.test("affected files are named, differ from a revision, or are staged, or all of it", async () => {
  await using place = await repository();
  const options = { directory: place.directory, signal };
  assert.deepEqual(await affectedFiles({}, options), []);
  assert.deepEqual(await affectedFiles({ affectedFilesGit: "HEAD" }, options), ["a.txt", "b.txt"]);
  assert.deepEqual(await affectedFiles({ affectedFilesGitCached: "HEAD" }, options), ["a.txt"]);
  const all = { affectedFiles: ["x", "a.txt"], affectedFilesGit: "HEAD", affectedFilesGitCached: "HEAD" };
  assert.deepEqual(await affectedFiles(all, options), ["x", "a.txt", "b.txt"]);
});

Deno.test("a revision that is none is refused, also one that looks like a flag", async () => {
  await using place = await repository();
  const options = { directory: place.directory, signal };
  for (const revision of ["nope", "--output=stolen"]) {
    await assert.rejects(
      () => affectedFiles({ affectedFilesGit: revision }, options),
      (error) =>
        error instanceof UsageError && error.message.startsWith("Cannot find the files that differ from "),
    );
  }
  await assert.rejects(() => Deno.stat(join(place.directory, "stolen")), Deno.errors.NotFound);
});
