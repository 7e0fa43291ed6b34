import assert from "node:assert/strict";
import { join } from "node:path";
import { LocalMachine } from "../../../lib/machine/local/local_machine.ts";
import { makePrivateDirectory } from "../../../lib/machine/local/private_directory.ts";
import { runCommand } from "../../../lib/process/run_command.ts";
import { findUser } from "../../../lib/process/user/find_user.ts";
import { runProgramsAs } from "../../../lib/process/user/program_user.ts";
import { needsRoot } from "../../helpers/small_disk.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";

// The choice holds for this file only: every test file has a program of its own.
const USER = await findUser("daemon");
if (!needsRoot.ignore) runProgramsAs(USER);

/** A machine of the other user's, in a folder that is his, beside one that only root may enter. */
async function userMachine() {
  await using resources = new AsyncDisposableStack();
  const parent = resources.use(await temporaryDirectory()).path;
  const [work, secret] = [join(parent, "work"), join(parent, "secret")];
  await Deno.chmod(parent, 0o1777);
  await Deno.mkdir(secret, { mode: 0o700 });
  await Deno.writeTextFile(join(secret, "file"), "of root");
  await makePrivateDirectory(work);
  const machine = resources.use(
    new LocalMachine({
      workingDirectory: work,
      temporaryDirectory: work,
      environment: new Map(),
      mark: `test/${crypto.randomUUID()}`,
    }),
  );
  const owned = resources.move();
  const path = (name: string) => join(work, name);
  return { files: machine.files, work, path, secret, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const bytes = (text: string) => new TextEncoder().encode(text);
const text = async (stream: ReadableStream<Uint8Array>) => await new Response(stream).text();

async function ownerAndMode(path: string): Promise<[uid: number | null, mode: number]> {
  const { uid, mode } = await Deno.lstat(path);
  return [uid, (mode ?? 0) & 0o777];
}

Deno.test("files and folders are the user's, with the mode that is asked for", needsRoot, async () => {
  await using it = await userMachine();
  await it.files.makeDirectory(it.path("a/b"));
  await it.files.write(it.path("a/b/c"), ReadableStream.from([bytes("te"), bytes("xt")]), { mode: 0o640 });
  await it.files.write(it.path("a/b/c"), bytes("text"), { mode: 0o600 });
  assert.equal(await text(await it.files.read(it.path("a/b/c"))), "text");
  assert.deepEqual(await ownerAndMode(it.path("a/b/c")), [USER.uid, 0o600]);
  assert.deepEqual(await ownerAndMode(it.work), [USER.uid, 0o700]);
  await assert.rejects(makePrivateDirectory(it.work), Deno.errors.AlreadyExists);
  await it.files.remove(it.path("a"));
  assert.deepEqual([...Deno.readDirSync(it.work)], []);
});

Deno.test("what is missing rejects with NotFound", needsRoot, async () => {
  await using it = await userMachine();
  await assert.rejects(it.files.read(it.path("none")), Deno.errors.NotFound);
  await assert.rejects(it.files.write(it.path("none/a"), bytes("")), Deno.errors.NotFound);
});

Deno.test("links lead to nothing that the user may not have himself", needsRoot, async () => {
  await using it = await userMachine();
  await Deno.symlink(it.secret, it.path("link"));
  await assert.rejects(it.files.read(it.path("link/file")).then(text), /Permission denied/);
  await assert.rejects(it.files.write(it.path("link/file"), bytes("of the task")), /Permission denied/);
  await assert.rejects(it.files.makeDirectory(it.path("link/folder")), /Permission denied/);
  await assert.rejects(it.files.remove(it.path("link/file")), /Permission denied/);
  const tar = await it.files.pack(it.work, ["link/file"]);
  await assert.rejects(text(tar), /Permission denied/);
  assert.equal(await Deno.readTextFile(join(it.secret, "file")), "of root");
  assert.deepEqual([...Deno.readDirSync(it.secret)].map(({ name }) => name), ["file"]);
});

Deno.test("archives and copies become the user's", needsRoot, async () => {
  await using it = await userMachine();
  await using host = await temporaryDirectory();
  await Deno.chmod(host.path, 0o755);
  await Deno.writeTextFile(join(host.path, "a"), "text", { mode: 0o644 });
  const paths = async function* () {
    yield await Promise.resolve("a");
  };
  const { signal } = new AbortController();
  await it.files.copyFromHost(host.path, paths(), it.path("copy"), { signal });
  await it.files.unpack(it.path("unpacked"), await it.files.pack(it.path("copy"), ["a"]));
  for (const name of ["copy/a", "unpacked/a"]) {
    assert.deepEqual([await Deno.readTextFile(it.path(name)), await ownerAndMode(it.path(name))], [
      "text",
      [USER.uid, 0o644],
    ]);
  }
});

Deno.test("a pipe in the place of a file holds nobody up who reads or writes it", needsRoot, async () => {
  await using it = await userMachine();
  await runCommand(["mkfifo", it.path("pipe")]);
  await assert.rejects(it.files.read(it.path("pipe")), /pipe: it is no file$/);
  await assert.rejects(it.files.write(it.path("pipe"), bytes("a")), /pipe: it is no file but a pipe$/);
});
