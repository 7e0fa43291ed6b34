import assert from "node:assert/strict";
import { join } from "node:path";
import { AbortReason } from "../../lib/async/abort_reason.ts";
import type {
  OwnedResource,
  PrepareRequest,
  ResourceLedger,
  ResourceOwner,
} from "../../lib/isolation/isolation.ts";
import { NoneIsolation } from "../../lib/isolation/none.ts";
import type { Machine } from "../../lib/machine/machine.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";
import { Sleeper } from "../process/shell.ts";

/** A ledger that knows what is claimed now, and says what was there already when it was claimed. */
class FakeLedger implements ResourceLedger {
  readonly claimed = new Set<OwnedResource>();
  readonly tooLate: string[] = [];

  identify(): ResourceOwner {
    return { id: "owner", home: "host/home" };
  }

  claim(resource: OwnedResource): Promise<AsyncDisposable> {
    if (resource.kind === "directory" && existsSync(resource.path)) this.tooLate.push(resource.path);
    this.claimed.add(resource);
    return Promise.resolve({
      [Symbol.asyncDispose]: () => Promise.resolve(void this.claimed.delete(resource)),
    });
  }
}

function existsSync(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Prepares a place below `parent`. */
async function prepare(
  parent: string,
  options: { ledger?: FakeLedger; workingDirectory?: string; signal?: AbortSignal } = {},
): Promise<Machine> {
  const { ledger = new FakeLedger(), workingDirectory, signal = new AbortController().signal } = options;
  const isolation = new NoneIsolation({
    environment: new Map([["PATH", Deno.env.get("PATH") ?? ""]]),
    parentDirectory: parent,
    ...(workingDirectory !== undefined && { workingDirectory }),
  });
  const request: PrepareRequest = { taskId: "1", progress: () => {}, signal, ledger };
  return await isolation.prepare(request);
}

const names = (directory: string) => [...Deno.readDirSync(directory)].map(({ name }) => name).sort();

/** Runs a script in a machine to its end and returns what it printed. */
async function run(machine: Machine, script: string): Promise<string> {
  const process = await machine.spawn({
    argv: ["sh", "-c", script],
    environment: machine.environment,
    workingDirectory: machine.workingDirectory,
  }, { signal: new AbortController().signal });
  return await new Response(process.output).text();
}

Deno.test("a task works in cirrus-build, which only its user may enter, and which is removed afterwards", async () => {
  await using parent = await temporaryDirectory();
  {
    await using machine = await prepare(parent.path);
    assert.equal(machine.workingDirectory, join(parent.path, "cirrus-build"));
    const { isDirectory, mode } = await Deno.lstat(machine.workingDirectory);
    assert.deepEqual([isDirectory, (mode ?? 0) & 0o777], [true, 0o700]);
    assert.equal((await Deno.lstat(machine.files.temporaryDirectory)).mode! & 0o777, 0o700);
    await run(machine, "mkdir -p a/b && echo c > a/b/c && chmod -R a-w a");
  }
  assert.deepEqual(names(parent.path), []);
});

Deno.test("where cirrus-build is taken, be it by a link that leads nowhere, a task gets a directory of its own", async () => {
  await using parent = await temporaryDirectory();
  await Deno.symlink("/nowhere", join(parent.path, "cirrus-build"));
  {
    await using first = await prepare(parent.path);
    await using second = await prepare(parent.path);
    assert.match(first.workingDirectory, /\/cirrus-build-[0-9a-f]+$/);
    assert.notEqual(first.workingDirectory, second.workingDirectory);
  }
  assert.deepEqual(names(parent.path), ["cirrus-build"]);
});

Deno.test("tasks that begin at the same moment get different directories", async () => {
  await using parent = await temporaryDirectory();
  const machines = await Promise.all(Array.from({ length: 5 }, () => prepare(parent.path)));
  assert.equal(new Set(machines.map((machine) => machine.workingDirectory)).size, 5);
  for (const machine of machines) await machine[Symbol.asyncDispose]();
  assert.deepEqual(names(parent.path), []);
});

Deno.test("everything is claimed before it is made, and nothing is claimed once it is gone", async () => {
  await using parent = await temporaryDirectory();
  const ledger = new FakeLedger();
  {
    await using _machine = await prepare(parent.path, { ledger });
    const kinds = [...ledger.claimed].map(({ kind }) => kind).sort();
    assert.deepEqual(kinds, ["directory", "directory", "processes"]);
  }
  assert.deepEqual(ledger.tooLate, []);
  assert.deepEqual([...ledger.claimed], []);
});

Deno.test("what runs in a machine has ended before its directory is removed", async () => {
  await using parent = await temporaryDirectory();
  const sleeper = new Sleeper();
  const machine = await prepare(parent.path);
  const process = await machine.spawn({
    argv: ["sh", "-c", `setsid ${sleeper.command} & echo started; while :; do date > file; done`],
    environment: machine.environment,
    workingDirectory: machine.workingDirectory,
  }, { signal: new AbortController().signal });
  const reader = process.output.getReader();
  await reader.read();
  await machine[Symbol.asyncDispose]();
  assert.equal((await process.status).kind, "signaled");
  assert.equal(await sleeper.count(), 0);
  assert.deepEqual(names(parent.path), []);
  await reader.cancel();
});

Deno.test("a directory that is given is used and left as it is", async () => {
  await using parent = await temporaryDirectory();
  await using project = await temporaryDirectory();
  {
    await using machine = await prepare(parent.path, { workingDirectory: project.path });
    await run(machine, "echo a > file");
  }
  assert.deepEqual(names(project.path), ["file"]);
  assert.deepEqual(names(parent.path), []);
});

Deno.test("a directory that cannot be made is said with what to do, and nothing stays claimed", async () => {
  await using parent = await temporaryDirectory();
  const file = join(parent.path, "file");
  await Deno.writeTextFile(file, "");
  const ledger = new FakeLedger();
  await assert.rejects(
    prepare(file, { ledger }),
    /Making the directory .*\/cirrus-build for a task: .*; give the worker's user the right to, or set TMPDIR/,
  );
  assert.deepEqual([...ledger.claimed], []);
});

Deno.test("a task that is cancelled already gets no directory", async () => {
  await using parent = await temporaryDirectory();
  const signal = AbortSignal.abort(new AbortReason("cancelled", "cancelled before it began"));
  await assert.rejects(prepare(parent.path, { signal }), /cancelled before it began/);
  assert.deepEqual(names(parent.path), []);
});
