import assert from "node:assert/strict";
import { posix } from "node:path";
import { AbortReason } from "../../lib/async/abort_reason.ts";
import type { ExitStatus, Machine, MachineCommand, MachineFiles } from "../../lib/machine/machine.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";
import { outputText, Sleeper } from "../process/shell.ts";

/** A machine to test, and a folder in it that is the test's own. */
export interface MachineUnderTest extends AsyncDisposable {
  readonly machine: Machine;
  /** Absolute path of an empty folder in the machine. */
  readonly directory: string;
}

/** What a machine can be expected to have beside a POSIX shell. */
export interface ContractOptions {
  readonly ignore: boolean;
  /** False where its `tar` knows neither pax nor names of any length. */
  readonly fullTar?: boolean;
  /** False where only the environment tells which processes belong together, as on macOS. */
  readonly findsCleared?: boolean;
}

/** Tests that every kind of machine passes: what lib/machine/machine.ts promises. `kind` names it in the tests. */
export function testMachine(
  kind: string,
  make: () => Promise<MachineUnderTest>,
  options: ContractOptions,
): void {
  const { ignore, fullTar = true, findsCleared = true } = options;
  const test = (name: string, body: (it: Bench) => Promise<void>) =>
    Deno.test({
      name: `${kind}: ${name}`,
      ignore,
      async fn() {
        await using made = await make();
        await body(new Bench(made));
      },
    });

  test("both outputs come as one stream in the order they were written", async (it) => {
    const { text } = await it.run(
      "for i in 1 2 3; do echo o$i; echo e$i >&2; done; ls /nonexistent; echo o4",
    );
    assert.match(text, /^o1\ne1\no2\ne2\no3\ne3\nls: .*\no4\n$/);
  });

  test("an exit status is told from a death by the signal of the same number", async (it) => {
    assert.deepEqual((await it.run("exit 3")).status, { kind: "exited", code: 3 });
    assert.deepEqual((await it.run("exit 137")).status, { kind: "exited", code: 137 });
    assert.deepEqual((await it.run("kill -KILL $$")).status, { kind: "signaled", signal: "SIGKILL" });
    assert.deepEqual((await it.run("kill -TERM $$")).status, { kind: "signaled", signal: "SIGTERM" });
  });

  test("a program has exactly its environment, whatever is in it", async (it) => {
    const value = "a\n'b' \"c\" $d `e` \\f ! *\t~ ä =";
    const { text } = await it.run('printf "%s" "$VALUE"; echo; env', {
      environment: new Map([["VALUE", value], ["PATH", "/usr/bin:/bin"]]),
    });
    assert.ok(text.startsWith(`${value}\n`), text);
    const names = text.slice(value.length).split("\n").map((line) => /^(\w+)=/.exec(line)?.[1]);
    const allowed = [undefined, "VALUE", "PATH", "PWD", "OLDPWD", "SHLVL", "_", "CIRRUS_PROCESS_MARK"];
    assert.deepEqual(names.filter((name) => !allowed.includes(name)), []);
  });

  test("arguments arrive as they are, with no shell between", async (it) => {
    const words = ["", "a b", "'", '"', "$HOME", "a\nb", "-n", "*", "!"];
    const argv = ["/bin/sh", "-c", 'for word; do printf "<%s>" "$word"; done', "sh", ...words] as const;
    const { text } = await it.spawn({ argv: [...argv] });
    assert.equal(text, words.map((word) => `<${word}>`).join(""));
  });

  test("a program has nothing to read, and works where it is told to", async (it) => {
    await it.files.makeDirectory(it.path("a b"));
    const { text, status } = await it.run("cat; pwd -P", { workingDirectory: it.path("a b") });
    assert.match(text, /\/a b\n$/);
    assert.deepEqual(status, { kind: "exited", code: 0 });
  });

  test("the files of a command are there before it starts, for its user only", async (it) => {
    const content = new TextEncoder().encode("echo \"it's\" 'so' ä\n\n");
    const files = [{ path: it.path("it's"), content }, { path: it.path("b"), content, mode: 0o755 }];
    const { text } = await it.run('cat "it\'s"; ls -l; ./b', { files });
    assert.ok(text.startsWith(new TextDecoder().decode(content)));
    assert.match(text, /-rwxr-xr-x.* b\n/);
    assert.match(text, /-rw-------.* it's\n/);
    assert.match(text, /it's so ä\n$/);
    const binary = crypto.getRandomValues(new Uint8Array(5_000)).fill(0, 7, 9);
    const { text: size } = await it.run("wc -c < c; cp c d", {
      files: [{ path: it.path("c"), content: binary }],
    });
    assert.equal(size.trim(), "5000");
    assert.deepEqual(
      new Uint8Array(await new Response(await it.files.read(it.path("d"))).arrayBuffer()),
      binary,
    );
  });

  test("what cannot be started is refused, saying why", async (it) => {
    const refused = (command: Partial<MachineCommand>, why: RegExp) =>
      assert.rejects(
        it.spawn(command),
        (error: Error) => why.test(error.message) || assert.fail(error.message),
      );
    await refused({ argv: ["no-such-program"] }, /Starting no-such-program: .*no such program in PATH/);
    await refused({ argv: ["/no/such/program"] }, /Starting \/no\/such\/program: there is no such file/);
    await refused(
      { argv: ["true"], workingDirectory: it.path("none") },
      /working directory .*none does not exist/,
    );
    await it.files.write(it.path("plain"), new Uint8Array(), { mode: 0o644 });
    await refused({ argv: [it.path("plain")] }, /no executable file/);
  });

  test("several programs run at once", async (it) => {
    await it.run("mkfifo a b");
    const both = await Promise.all([it.run("echo from a > a; cat b"), it.run("cat a; echo from b > b")]);
    assert.deepEqual(both.map(({ text }) => text), ["from b\n", "from a\n"]);
  });

  test("nothing that a script leaves behind runs on once it is over", async (it) => {
    const sleeper = new Sleeper();
    const cleared = findsCleared ? `(env -i setsid sh -c '${sleeper.command} & exit' &)` : "true";
    const { status } = await it.run(`
      ${sleeper.command} &
      nohup ${sleeper.command} > /dev/null &
      setsid ${sleeper.command} &
      (setsid sh -c '${sleeper.command} & ${sleeper.command} &' &)
      ${cleared}
      sleep 0.2; exit 3`);
    assert.deepEqual(status, { kind: "exited", code: 3 });
    assert.equal(await sleeper.count(), 0);
  });

  test("escaping processes are left alone, and do not hold the output", async (it) => {
    const sleeper = new Sleeper();
    const { text, status } = await it.run(`setsid ${sleeper.command} & sleep 0.1; echo last words`, {
      keepEscaping: true,
    });
    assert.deepEqual([text, status], ["last words\n", { kind: "exited", code: 0 }]);
    assert.equal(await sleeper.count(), 1);
    await it.run(`pkill -xf '${sleeper.command}' || kill $(pidof sleep)`);
  });

  test("an abort asks the whole tree to end, and says how the program ended", async (it) => {
    const stop = new AbortController();
    const sleeper = new Sleeper();
    const process = await it.start(
      `(trap 'echo child was asked; exit 0' TERM; echo child ready; while :; do sleep 0.01; done) &
       setsid ${sleeper.command} &
       trap 'wait; echo asked; exit 7' TERM; echo parent ready; wait`,
      { signal: stop.signal },
    );
    const text = outputText(process);
    await text.holds("child ready\n");
    await text.holds("parent ready\n");
    stop.abort(new AbortReason("cancelled", "Cancelled by a test"));
    assert.deepEqual(await process.status, { kind: "exited", code: 7 });
    assert.match(await text.all(), /child was asked\nasked\n$/);
    assert.equal(await sleeper.count(), 0);
  });

  test("what does not end when it is asked to is killed", async (it) => {
    const stop = new AbortController();
    const sleeper = new Sleeper();
    const process = await it.start(
      `trap '' TERM; setsid sh -c "trap '' TERM; ${sleeper.command}" & echo ready; while :; do sleep 1; done`,
      { signal: stop.signal },
    );
    const text = outputText(process);
    await text.holds("ready\n");
    stop.abort(new AbortReason("cancelled", "Cancelled by a test"));
    assert.deepEqual(await process.status, { kind: "signaled", signal: "SIGKILL" });
    assert.equal(await sleeper.count(), 0);
  });

  test("output waits for who reads it, and none of it is lost", async (it) => {
    const process = await it.start("head -c 20000000 /dev/zero; echo end");
    const reader = process.output.getReader();
    await reader.read();
    // Nobody reads: the program must wait, or memory fills up.
    assert.equal(
      await Promise.race([process.status, it.run("sleep 0.3; echo waited").then(({ text }) => text)]),
      "waited\n",
    );
    let bytes = 0;
    let tail = "";
    for (let read; !(read = await reader.read()).done;) {
      bytes += read.value.length;
      tail = new TextDecoder().decode(read.value.slice(-4));
    }
    assert.ok(bytes > 19_000_000 && tail === "end\n", `${bytes} bytes, ${tail}`);
    assert.deepEqual(await process.status, { kind: "exited", code: 0 });
  });

  test("a program that prints and prints ends when it is asked to, though nobody reads", async (it) => {
    const stop = new AbortController();
    const process = await it.start("while :; do echo on and on; done", { signal: stop.signal });
    const reader = process.output.getReader();
    await reader.read();
    await it.run("true");
    stop.abort(new AbortReason("cancelled", "Cancelled by a test"));
    assert.equal((await process.status).kind, "signaled");
    await reader.cancel();
  });

  test("who cancels the output does not hold the program up", async (it) => {
    const process = await it.start(`head -c 9000000 /dev/zero; echo done > ${it.path("done")}`);
    await process.output.cancel();
    await process.status;
    // A closed pipe may have ended `head`, not the script.
    assert.equal(await text(await it.files.read(it.path("done"))), "done\n");
  });

  test("a file is written from bytes or a stream, replaced whole, and read back", async (it) => {
    await it.files.write(it.path("a"), bytes("a long text"));
    await it.files.write(it.path("a"), ReadableStream.from([bytes("short"), bytes("er")]));
    assert.equal(await text(await it.files.read(it.path("a"))), "shorter");
    const binary = crypto.getRandomValues(new Uint8Array(60_000));
    await it.files.write(it.path("b"), binary);
    assert.deepEqual(
      new Uint8Array(await new Response(await it.files.read(it.path("b"))).arrayBuffer()),
      binary,
    );
    await it.files.write(it.path("empty"), new Uint8Array());
    assert.equal(await text(await it.files.read(it.path("empty"))), "");
  });

  test("a file has its mode before its first byte, also where it was there with a wider one", async (it) => {
    await it.run("echo old > a; chmod 644 a");
    const modes: string[] = [];
    const content = new ReadableStream<Uint8Array>({
      async pull(controller) {
        let mode;
        while ((mode = (await it.run("ls -l a")).text.slice(0, 10)) === "-rw-r--r--" && modes.length < 99) {
          modes.push(mode);
        }
        controller.enqueue(bytes("new"));
        controller.close();
      },
    }, { highWaterMark: 0 });
    await it.files.write(it.path("a"), content, { mode: 0o600 });
    assert.ok(modes.length < 99, "the mode is set while nothing was written yet");
    assert.equal((await it.run("ls -l a")).text.slice(0, 10), "-rw-------");
  });

  test("what is missing rejects with NotFound, but for what is removed", async (it) => {
    const { NotFound } = Deno.errors;
    await assert.rejects(it.files.read(it.path("none")), NotFound);
    await assert.rejects(it.files.write(it.path("none/a"), bytes("")), NotFound);
    await assert.rejects(it.files.pack(it.directory, ["none"]), NotFound);
    await assert.rejects(Array.fromAsync(it.files.list(it.path("none"))), NotFound);
    await it.files.remove(it.path("none"));
  });

  test("removing follows no link, and takes folders that are read-only", async (it) => {
    await it.run("mkdir -p kept gone/below; touch kept/a gone/below/b; ln -s ../../kept gone/below/link");
    await it.run("chmod 500 gone/below gone; ln -s kept link");
    await it.files.remove(it.path("gone"));
    await it.files.remove(it.path("link"));
    assert.equal((await it.run("ls; ls kept")).text, "kept\na\n");
  });

  test("a folder is made with its parents, and one that exists is left alone", async (it) => {
    await it.files.makeDirectory(it.path("a/b"));
    await it.run("touch a/b/c");
    await it.files.makeDirectory(it.path("a/b"));
    const entries = await Array.fromAsync(it.files.list(it.directory));
    assert.deepEqual(entries.map(({ path }) => path), ["a/b/c", "a/b", "a"]);
  });

  test("a list tells kinds, sizes and modes, follows no link and knows every name", async (it) => {
    const name = "-odd\nname's ä";
    await it.files.write(it.path(name), bytes("12345"), { mode: 0o640 });
    await it.run("ln -s / link; mkfifo fifo; mkdir -m 751 folder");
    const entries = await Array.fromAsync(it.files.list(it.directory));
    assert.deepEqual(
      entries.sort((a, b) => a.path < b.path ? -1 : 1).map(({ path, kind, size }) => [path, kind, size]),
      [[name, "file", 5], ["fifo", "other", 0], ["folder", "directory", 0], ["link", "symlink", 0]],
    );
    assert.deepEqual(entries.map(({ mode }) => mode).filter((mode) => mode === 0o640 || mode === 0o751), [
      0o640,
      0o751,
    ]);
    const empty = await Array.fromAsync(it.files.list(it.path("folder")));
    assert.deepEqual(empty, []);
  });

  test("a tar keeps contents, modes, links, empty folders and odd names", async (it) => {
    const names = ["-rf", "line\nbreak", "blank s", "ä", ...fullTar ? ["x".repeat(150)] : []];
    await it.files.makeDirectory(it.path("from/empty"));
    for (const name of names) await it.files.write(it.path(`from/${name}`), bytes(name), { mode: 0o751 });
    await it.run("ln -s ../outside from/link");
    const tar = await it.files.pack(it.path("from"), [...names, "empty", "link"]);
    await it.files.unpack(it.path("to"), tar);
    for (const name of names) assert.equal(await text(await it.files.read(it.path(`to/${name}`))), name);
    const { text: seen } = await it.run("ls -l to/ä | cut -c1-10; readlink to/link; ls -d to/empty");
    assert.equal(seen, "-rwxr-x--x\n../outside\nto/empty\n");
  });

  test("a tar whose entries would leave the folder puts nothing outside", async (it) => {
    for (const [name, entry] of [["up", "../escaped"], ["absolute", it.path("escaped")]] as const) {
      await it.run("touch escaped; mkdir -p sub");
      await it.run(
        `cd sub; tar -c -P -f ../evil.tar ${entry} || tar -c -f ../evil.tar ${entry}; rm ../escaped`,
      );
      const tar = await it.files.read(it.path("evil.tar"));
      await it.files.unpack(it.path(`to/${name}`), tar).catch(() => {});
      assert.equal((await it.run("ls -d escaped to/escaped 2>/dev/null")).text, "", name);
    }
  });

  test("an archive that is cut off, or whose source fails, is an error", async (it) => {
    await it.files.write(it.path("a"), bytes("x".repeat(100_000)));
    const whole = new Uint8Array(await new Response(await it.files.pack(it.directory, ["a"])).arrayBuffer());
    const cut = ReadableStream.from([whole.subarray(0, 50_000)]);
    await assert.rejects(it.files.unpack(it.path("to"), cut), /Copying files to |Running tar: /);
    const failing = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(new Error("The source fails"));
      },
    }, { highWaterMark: 0 });
    await assert.rejects(it.files.unpack(it.path("to"), failing), /The source fails/);
  });

  test("files of the worker's host are copied with their modes, and links as they are", async (it) => {
    await using host = await temporaryDirectory();
    await Deno.mkdir(`${host.path}/below`);
    await Deno.writeTextFile(`${host.path}/below/a`, "text", { mode: 0o755 });
    await Deno.symlink("below/a", `${host.path}/link`);
    const paths = async function* () {
      yield "below/a";
      yield await Promise.resolve("link");
    };
    await it.files.copyFromHost(host.path, paths(), it.path("copy"), {
      signal: new AbortController().signal,
    });
    const { text: seen } = await it.run("cat copy/link; ls -l copy/below/a | cut -c1-10; readlink copy/link");
    assert.equal(seen, "text-rwxr-xr-x\nbelow/a\n");
  });

  test("once it is disposed of, which may be done twice, nothing can be done in a machine", async (it) => {
    const { machine } = it;
    await Promise.all([machine[Symbol.asyncDispose](), machine[Symbol.asyncDispose]()]);
    const disposed = /The machine is being disposed/;
    await assert.rejects(it.spawn({ argv: ["true"] }), disposed);
    await assert.rejects(machine.expose(1), disposed);
    await assert.rejects(it.files.read(it.path("a")), disposed);
    await assert.rejects(it.files.write(it.path("a"), bytes("")), disposed);
    await assert.rejects(it.files.makeDirectory(it.path("a")), disposed);
    await assert.rejects(it.files.remove(it.path("a")), disposed);
    await assert.rejects(Array.fromAsync(it.files.list(it.directory)), disposed);
    await assert.rejects(it.files.pack(it.directory, []), disposed);
  });

  test("disposing ends what runs", async (it) => {
    const sleeper = new Sleeper();
    const process = await it.start(`setsid ${sleeper.command} & echo ready; wait`);
    await outputText(process).holds("ready\n");
    await it.machine[Symbol.asyncDispose]();
    assert.equal((await process.status).kind, "signaled");
    assert.equal(await sleeper.count(), 0);
  });
}

type Command = Partial<MachineCommand> & { readonly signal?: AbortSignal };

/** A machine with the test's folder as everything's working directory. */
class Bench {
  readonly machine: Machine;
  readonly directory: string;
  readonly files: MachineFiles;

  constructor({ machine, directory }: MachineUnderTest) {
    this.machine = machine;
    this.directory = directory;
    this.files = machine.files;
  }

  path(name: string): string {
    return posix.join(this.directory, name);
  }

  async start(script: string, command: Command = {}) {
    return await this.#spawn({ argv: ["/bin/sh", "-c", script], ...command });
  }

  async run(script: string, command: Command = {}) {
    return await this.spawn({ argv: ["/bin/sh", "-c", script], ...command });
  }

  async spawn(command: Command): Promise<{ text: string; status: ExitStatus }> {
    const process = await this.#spawn(command);
    return { text: await text(process.output), status: await process.status };
  }

  async #spawn({ signal = new AbortController().signal, ...command }: Command) {
    return await this.machine.spawn({
      argv: ["true"],
      environment: new Map([["PATH", this.machine.environment.get("PATH") ?? "/usr/bin:/bin"]]),
      workingDirectory: this.directory,
      ...command,
    }, { signal });
  }
}

const bytes = (text: string) => new TextEncoder().encode(text);
const text = async (stream: ReadableStream<Uint8Array>) => await new Response(stream).text();
