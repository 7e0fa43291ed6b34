import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { LocalProject } from "../../../lib/cli/project/local_project.ts";
import { LocalMachine } from "../../../lib/machine/local/local_machine.ts";
import { git } from "../../helpers/git.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";

/** A project to deliver. */
async function workshop() {
  const folder = await temporaryDirectory();
  const source = join(folder.path, "source");
  await Deno.mkdir(source);
  const write = async (files: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(dirname(join(source, path)), { recursive: true });
      await Deno.writeTextFile(join(source, path), text);
    }
  };
  /** Delivers a folder; returns where to, the lines that were logged, and the files, without those of `.git`. */
  const deliver = async (from = source) => {
    const directory = join(folder.path, `copy-${crypto.randomUUID()}`);
    const log: string[] = [];
    await using machine = new LocalMachine({
      workingDirectory: directory,
      temporaryDirectory: folder.path,
      environment: new Map(),
      mark: `test/${crypto.randomUUID()}`,
    });
    await Deno.mkdir(directory);
    await new LocalProject(from).deliver({ machine, directory }, {
      log: (line) => log.push(line),
      signal: new AbortController().signal,
    });
    const files: string[] = [];
    for await (const { path, kind } of machine.files.list(directory)) {
      if (kind !== "directory" && !/(^|\/)\.git\//.test(path)) files.push(path);
    }
    return { directory, log, files: files.sort() };
  };
  return { source, write, deliver, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

Deno.test("a task gets what git does not ignore, changes and new files included, deleted ones not", async () => {
  await using shop = await workshop();
  await git(shop.source, "init", "-q");
  await shop.write({ ".gitignore": "*.log\nout/\n", "a.txt": "1", "dir/b.txt": "b", "gone.txt": "g" });
  await git(shop.source, "add", ".");
  await git(shop.source, "commit", "-qm", "first");
  await shop.write({ "a.txt": "2", "new é\n.txt": "n", "x.log": "l", "out/o": "o" });
  await Deno.remove(join(shop.source, "gone.txt"));
  await Deno.symlink("a.txt", join(shop.source, "link"));
  await Deno.chmod(join(shop.source, "dir/b.txt"), 0o755);

  const { directory, files } = await shop.deliver();
  assert.deepEqual(files, [".gitignore", "a.txt", "dir/b.txt", "link", "new é\n.txt"]);
  assert.equal(await Deno.readTextFile(join(directory, "a.txt")), "2");
  assert.equal(await Deno.readLink(join(directory, "link")), "a.txt");
  assert.equal((await Deno.stat(join(directory, "dir/b.txt"))).mode! & 0o777, 0o755);
});

Deno.test("scripts can ask git for versions and changes", async () => {
  await using shop = await workshop();
  await git(shop.source, "init", "-q");
  await shop.write({ "a.txt": "1" });
  await git(shop.source, "add", ".");
  await git(shop.source, "commit", "-qm", "first");
  await git(shop.source, "tag", "v1");
  // Leaves no loose reference: git needs the then empty folders to know its repository.
  await git(shop.source, "pack-refs", "--all");
  await git(shop.source, "gc", "-q");
  await shop.write({ "a.txt": "2" });
  await Deno.writeTextFile(join(shop.source, ".git/index.lock"), "");

  const { directory } = await shop.deliver();
  assert.equal(await git(directory, "describe", "--tags", "--dirty"), "v1-dirty");
  assert.equal(await git(directory, "status", "--porcelain"), "M a.txt");
});

Deno.test("a linked work tree becomes a repository of its own", async () => {
  await using shop = await workshop();
  await git(shop.source, "init", "-q", "-b", "main");
  await shop.write({ "a.txt": "1" });
  await git(shop.source, "add", ".");
  await git(shop.source, "commit", "-qm", "first");
  const linked = `${shop.source}-linked`;
  await git(shop.source, "worktree", "add", "-q", "-b", "topic", linked);
  await Deno.writeTextFile(join(linked, "b.txt"), "b");
  await git(linked, "add", ".");

  const { directory, files } = await shop.deliver(linked);
  assert.deepEqual(files, ["a.txt", "b.txt"]);
  assert.equal(await git(directory, "status", "--porcelain", "--branch"), "## topic\nA  b.txt");
  await git(directory, "commit", "-qm", "in the copy");
  assert.equal(await git(linked, "log", "--format=%s"), "first");
});

Deno.test("submodules and repositories inside of the repository come along", async () => {
  await using shop = await workshop();
  const library = `${shop.source}-library`;
  await Deno.mkdir(library);
  await git(library, "init", "-q");
  await Deno.writeTextFile(join(library, "lib.txt"), "l");
  await git(library, "add", ".");
  await git(library, "commit", "-qm", "library");
  await git(shop.source, "init", "-q");
  await git(shop.source, "submodule", "add", "-q", library, "sub");
  await git(shop.source, "submodule", "add", "-q", library, "empty");
  await git(shop.source, "commit", "-qm", "first");
  await git(shop.source, "submodule", "deinit", "-f", "-q", "empty");
  await shop.write({ "sub/new.txt": "n", "nested/n.txt": "n" });
  await git(join(shop.source, "nested"), "init", "-q");

  const { directory, files } = await shop.deliver();
  assert.deepEqual(files, [".gitmodules", "nested/n.txt", "sub/.git", "sub/lib.txt", "sub/new.txt"]);
  assert.equal(await git(join(directory, "sub"), "log", "--format=%s"), "library");
  assert.equal(await git(join(directory, "nested"), "status", "--porcelain"), "?? n.txt");
});

Deno.test("outside of a repository a task gets everything, empty folders included", async () => {
  await using shop = await workshop();
  await shop.write({ ".gitignore": "*", "a/b/c.log": "c" });
  await Deno.mkdir(join(shop.source, "empty/inner"), { recursive: true });
  const { directory, files } = await shop.deliver();
  assert.deepEqual(files, [".gitignore", "a/b/c.log"]);
  assert.ok((await Deno.stat(join(directory, "empty/inner"))).isDirectory);
});

Deno.test("a folder of a repository is delivered without what is beside it", async () => {
  await using shop = await workshop();
  await git(shop.source, "init", "-q");
  await shop.write({ "a.txt": "a", "part/b.txt": "b", ".gitignore": "*.log", "part/c.log": "c" });
  await git(shop.source, "add", ".");
  const { files } = await shop.deliver(join(shop.source, "part"));
  assert.deepEqual(files, ["b.txt"]);
});

Deno.test("a folder that its repository ignores is delivered whole", async () => {
  await using shop = await workshop();
  await git(shop.source, "init", "-q");
  await shop.write({ ".gitignore": "*", "project/a.txt": "a" });
  const { files } = await shop.deliver(join(shop.source, "project"));
  assert.deepEqual(files, ["a.txt"]);
});

Deno.test("a repository that git cannot read fails with git's own words", async () => {
  await using shop = await workshop();
  await git(shop.source, "init", "-q");
  await Deno.writeTextFile(join(shop.source, ".git/config"), "[core\n");
  await assert.rejects(() => shop.deliver(), /Running git: exit status 128: fatal: bad config line 1/);
});
