import assert from "node:assert/strict";
import { join } from "node:path";
import { LocalMachine } from "../../../lib/machine/local/local_machine.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";

/** A machine in a directory of its own, with `work` and `tmp`. */
async function localMachine() {
  await using resources = new AsyncDisposableStack();
  const directory = resources.use(await temporaryDirectory()).path;
  for (const name of ["work", "tmp"]) await Deno.mkdir(join(directory, name));
  const machine = resources.use(
    new LocalMachine({
      workingDirectory: join(directory, "work"),
      temporaryDirectory: join(directory, "tmp"),
      environment: new Map([["PATH", Deno.env.get("PATH") ?? ""]]),
      mark: `test/${crypto.randomUUID()}`,
    }),
  );
  const owned = resources.move();
  const path = (name: string) => join(directory, "work", name);
  return { machine, files: machine.files, path, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const bytes = (text: string) => new TextEncoder().encode(text);
const text = async (stream: ReadableStream<Uint8Array>) => await new Response(stream).text();
const modeOf = async (path: string) => ((await Deno.lstat(path)).mode ?? 0) & 0o7777;

Deno.test("a file is written from bytes or a stream, replaced whole, and read back", async () => {
  await using it = await localMachine();
  await it.files.write(it.path("a"), bytes("a long text"));
  await it.files.write(it.path("a"), ReadableStream.from([bytes("short"), bytes("er")]));
  assert.equal(await text(await it.files.read(it.path("a"))), "shorter");
});

Deno.test("a file has its mode before its first byte, also where it was there with a wider one", async () => {
  await using it = await localMachine();
  await Deno.writeTextFile(it.path("a"), "old", { mode: 0o644 });
  const modes: number[] = [];
  const content = new ReadableStream<Uint8Array>({
    async pull(controller) {
      modes.push(await modeOf(it.path("a")));
      controller.enqueue(bytes("new"));
      controller.close();
    },
  }, { highWaterMark: 0 });
  await it.files.write(it.path("a"), content, { mode: 0o600 });
  assert.deepEqual([...modes, await modeOf(it.path("a"))], [0o600, 0o600]);
});

Deno.test("what is missing rejects with NotFound, but for what is removed", async () => {
  await using it = await localMachine();
  await assert.rejects(it.files.read(it.path("none")), Deno.errors.NotFound);
  await assert.rejects(it.files.write(it.path("none/a"), bytes("")), Deno.errors.NotFound);
  await assert.rejects(it.files.pack(it.path(""), ["none"]), Deno.errors.NotFound);
  await assert.rejects(Array.fromAsync(it.files.list(it.path("none"))), Deno.errors.NotFound);
  await it.files.remove(it.path("none"));
});

Deno.test("removing follows no link, and takes folders that are read-only", async () => {
  await using it = await localMachine();
  await Deno.mkdir(it.path("kept"));
  await Deno.writeTextFile(it.path("kept/a"), "");
  await Deno.mkdir(it.path("gone/below"), { recursive: true });
  await Deno.symlink(it.path("kept"), it.path("gone/below/link"));
  for (const name of ["gone/below", "gone"]) await Deno.chmod(it.path(name), 0o500);
  await it.files.remove(it.path("gone"));
  await Deno.symlink(it.path("kept"), it.path("link"));
  await it.files.remove(it.path("link"));
  assert.deepEqual([...Deno.readDirSync(it.path(""))].map(({ name }) => name), ["kept"]);
  assert.deepEqual([...Deno.readDirSync(it.path("kept"))].map(({ name }) => name), ["a"]);
});

Deno.test("a folder is made with its parents, and one that exists is left alone", async () => {
  await using it = await localMachine();
  await it.files.makeDirectory(it.path("a/b"));
  await Deno.writeTextFile(it.path("a/b/c"), "");
  await it.files.makeDirectory(it.path("a/b"));
  assert.deepEqual((await Array.fromAsync(it.files.list(it.path("")))).map(({ path }) => path), [
    "a/b/c",
    "a/b",
    "a",
  ]);
});

Deno.test("a list tells kinds, sizes and modes, and follows no link", async () => {
  await using it = await localMachine();
  await Deno.writeTextFile(it.path("file"), "12345");
  await Deno.chmod(it.path("file"), 0o640);
  await Deno.symlink("/", it.path("link"));
  const entries = await Array.fromAsync(it.files.list(it.path("")));
  assert.deepEqual(
    entries.sort((a, b) => a.path < b.path ? -1 : 1).map(({ path, kind, size }) => [path, kind, size]),
    [
      ["file", "file", 5],
      ["link", "symlink", 0],
    ],
  );
  assert.equal(entries.find(({ path }) => path === "file")?.mode, 0o640);
});

Deno.test("a tar keeps contents, modes, links, empty folders and odd names", async () => {
  await using it = await localMachine();
  await Deno.mkdir(it.path("from/empty"), { recursive: true });
  const names = ["-rf", "line\nbreak", "blank s", "ä", "x".repeat(150)];
  for (const name of names) await Deno.writeTextFile(it.path(`from/${name}`), name);
  await Deno.chmod(it.path("from/ä"), 0o751);
  await Deno.symlink("../outside", it.path("from/link"));
  const tar = await it.files.pack(it.path("from"), [...names, "empty", "link"]);
  await it.files.unpack(it.path("to"), tar);
  for (const name of names) assert.equal(await Deno.readTextFile(it.path(`to/${name}`)), name);
  assert.equal(await modeOf(it.path("to/ä")), 0o751);
  assert.equal(await Deno.readLink(it.path("to/link")), "../outside");
  assert.ok((await Deno.lstat(it.path("to/empty"))).isDirectory);
});

Deno.test("a tar whose entries would leave the folder puts nothing outside", async () => {
  await using it = await localMachine();
  for (const [name, entry] of [["up", "../escaped"], ["absolute", it.path("escaped")]] as const) {
    await Deno.writeTextFile(it.path("escaped"), "");
    await Deno.mkdir(it.path("sub"), { recursive: true });
    const { stdout, success } = await new Deno.Command("tar", {
      args: ["-c", "-P", "-f", "-", entry],
      cwd: it.path("sub"),
    }).output();
    assert.ok(success);
    await Deno.remove(it.path("escaped"));
    await it.files.unpack(it.path(`to/${name}`), ReadableStream.from([stdout])).catch(() => {});
    assert.ok(!await Deno.lstat(it.path("escaped")).then(() => true, () => false), name);
    assert.ok(!await Deno.lstat(it.path("to/escaped")).then(() => true, () => false), name);
  }
});

Deno.test("an archive that is cut off is an error", async () => {
  await using it = await localMachine();
  await Deno.writeTextFile(it.path("a"), "x".repeat(100_000));
  const whole = new Uint8Array(await new Response(await it.files.pack(it.path(""), ["a"])).arrayBuffer());
  const tar = ReadableStream.from([whole.subarray(0, 50_000)]);
  await assert.rejects(it.files.unpack(it.path("to"), tar), /Running tar: /);
});

Deno.test("a port of the worker's loopback is reached as it is", async () => {
  await using it = await localMachine();
  assert.deepEqual(await it.machine.expose(4_711), { hostname: "127.0.0.1", port: 4_711 });
});

Deno.test("once it is disposed of, which may be done twice, nothing can be done in a machine", async () => {
  await using it = await localMachine();
  await Promise.all([it.machine[Symbol.asyncDispose](), it.machine[Symbol.asyncDispose]()]);
  const disposed = /The machine is being disposed/;
  const command = {
    argv: ["true"] as const,
    environment: it.machine.environment,
    workingDirectory: it.path(""),
  };
  await assert.rejects(it.machine.spawn(command, { signal: new AbortController().signal }), disposed);
  await assert.rejects(it.machine.expose(1), disposed);
  await assert.rejects(it.files.read(it.path("a")), disposed);
  await assert.rejects(it.files.write(it.path("a"), bytes("")), disposed);
  await assert.rejects(it.files.makeDirectory(it.path("a")), disposed);
  await assert.rejects(it.files.remove(it.path("a")), disposed);
  await assert.rejects(Array.fromAsync(it.files.list(it.path(""))), disposed);
  await assert.rejects(it.files.pack(it.path(""), []), disposed);
});
