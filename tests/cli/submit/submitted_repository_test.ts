import assert from "node:assert/strict";
import { join } from "node:path";
import { submittedRepository } from "../../../lib/cli/submit/submitted_repository.ts";
import { git } from "../../helpers/git.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";

const signal = new AbortController().signal;

/** A repository and a clone of it. */
async function clone() {
  const folder = await temporaryDirectory();
  const origin = join(folder.path, "origin");
  const directory = join(folder.path, "clone");
  await Deno.mkdir(origin);
  await git(origin, "init", "--quiet", "--initial-branch=main");
  await git(origin, "commit", "--quiet", "--allow-empty", "--message=First\n\nThe body");
  await git(origin, "branch", "other");
  await git(folder.path, "clone", "--quiet", origin, directory);
  const warnings: string[] = [];
  return {
    origin,
    directory,
    warnings,
    head: async () => (await git(directory, "rev-parse", "HEAD")).trim(),
    place: { directory, signal, warn: (message: string) => void warnings.push(message) },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

Deno.test("inside a clone its remote, its branch and its last commit are submitted", async () => {
  await using its = await clone();
  assert.deepEqual(await submittedRepository({}, its.place), {
    cloneUrl: its.origin,
    branch: "main",
    change: await its.head(),
    changeTitle: "First",
    changeMessage: "First\n\nThe body",
  });
  assert.deepEqual(its.warnings, []);
});

Deno.test("a commit that is not pushed is warned of", async () => {
  await using its = await clone();
  await git(its.directory, "commit", "--quiet", "--allow-empty", "--message=Second");
  const { changeTitle, change } = await submittedRepository({}, its.place);
  assert.deepEqual([changeTitle, change], ["Second", await its.head()]);
  assert.match(its.warnings.join(), /no branch of .*origin has commit [0-9a-f]{10}, .*: push it first/);
});

Deno.test("a branch that is named brings its own commit, also where only the remote has it", async () => {
  await using its = await clone();
  await git(its.directory, "commit", "--quiet", "--allow-empty", "--message=Second");
  const { branch, change } = await submittedRepository({ branch: "other" }, its.place);
  assert.deepEqual([branch, change], ["other", (await git(its.origin, "rev-parse", "other")).trim()]);
});

Deno.test("a commit that is named in short is written out, one that is unknown here is passed on", async () => {
  await using its = await clone();
  const head = await its.head();
  assert.equal((await submittedRepository({ change: head.slice(0, 8) }, its.place)).change, head);
  assert.equal((await submittedRepository({ change: "0123456789" }, its.place)).change, "0123456789");
  assert.match(its.warnings.join(), /push it first/);
});

Deno.test("nothing of this clone is mixed into another repository's build", async () => {
  await using its = await clone();
  const flags = { cloneUrl: "https://git.example.com/app.git", branch: "next" };
  assert.deepEqual(await submittedRepository(flags, its.place), flags);
});

Deno.test("outside of a clone only what is named is submitted", async () => {
  await using folder = await temporaryDirectory();
  const place = { directory: folder.path, signal, warn: assert.fail };
  assert.deepEqual(await submittedRepository({}, place), {});
  assert.deepEqual(await submittedRepository({ branch: "main" }, place), { branch: "main" });
});
