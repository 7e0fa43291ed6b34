import assert from "node:assert/strict";
import { join } from "node:path";
import { LogFile, type LogFileOptions } from "../../lib/logging/log_file.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";

Deno.test.sanitizer({ ops: true, resources: true });

const ignoreEvents = { onTrouble() {}, onRecovery() {} };

/** A log file in a folder of its own, with its troubles. */
async function openFile(options: Omit<LogFileOptions, "onTrouble" | "onRecovery"> = {}) {
  const directory = await temporaryDirectory();
  const path = join(directory.path, "worker.log");
  const troubles: string[] = [];
  const file = new LogFile(path, {
    ...options,
    ...ignoreEvents,
    onTrouble: (message) => troubles.push(message),
  });
  return {
    file,
    path,
    troubles,
    /** The rotated files and then the current one, oldest first. */
    async names() {
      const names = (await Array.fromAsync(Deno.readDir(directory.path))).map((entry) => entry.name).sort();
      return [...names.filter((name) => name !== "worker.log"), "worker.log"];
    },
    async text() {
      const texts = (await this.names()).map((name) => Deno.readTextFile(join(directory.path, name)));
      return (await Promise.all(texts)).join("");
    },
    async [Symbol.asyncDispose]() {
      file[Symbol.dispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

Deno.test("rotation of two million lines loses none and keeps their order", async () => {
  await using log = await openFile({ rotateBytes: 1_000_000 });
  const count = 2_000_000;
  for (let n = 0; n < count; n++) log.file.write(`line ${n}\n`);
  const names = await log.names();
  const lines = (await log.text()).split("\n");
  assert.equal(lines.pop(), "");
  assert.equal(lines.length, count);
  assert.equal(lines.findIndex((line, n) => line !== `line ${n}`), -1);
  assert.ok(names.length > 20, `${names.length} files`);
  for (const name of names) {
    assert.ok((await Deno.stat(log.path.replace("worker.log", name))).size <= 1_000_000, name);
  }
});

Deno.test("only the newest rotated files are kept, and files of others are left alone", async () => {
  await using log = await openFile({ rotateBytes: 10, maxRotations: 2 });
  await Deno.writeTextFile(`${log.path}.old`, "somebody else's\n");
  for (const n of [1, 2, 3, 4, 5]) log.file.write(`number ${n}\n`);
  assert.equal((await log.text()).replace("somebody else's\n", ""), "number 3\nnumber 4\nnumber 5\n");
  assert.equal(await Deno.readTextFile(`${log.path}.old`), "somebody else's\n");
});

Deno.test("a rotation count of zero keeps the current file only", async () => {
  await using log = await openFile({ rotateBytes: 10, maxRotations: 0 });
  for (const n of [1, 2, 3]) log.file.write(`number ${n}\n`);
  assert.equal(await log.text(), "number 3\n");
});

Deno.test("a line longer than the rotation size is written whole, in a file of its own", async () => {
  await using log = await openFile({ rotateBytes: 10 });
  const long = `${"x".repeat(3 << 20)}\n`;
  log.file.write(long);
  log.file.write("short\n");
  assert.equal((await log.names()).length, 2);
  assert.equal(await log.text(), `${long}short\n`);
});

Deno.test("a file that is over the rotation size at the start is rotated by the first line", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "worker.log");
  await Deno.writeTextFile(path, "from the last start\n");
  using file = new LogFile(path, { ...ignoreEvents, rotateBytes: 10 });
  file.write("new\n");
  assert.equal(await Deno.readTextFile(path), "new\n");
});

Deno.test("a file that another program has moved away is begun anew when the log is opened again", async () => {
  await using log = await openFile({ rotateBytes: 30 });
  log.file.write("number 1\n");
  await Deno.rename(log.path, `${log.path}.1`);
  log.file.write("number 2\n");
  log.file.reopen();
  log.file.write("number 3\n");
  log.file.reopen();
  log.file.write("number 4\n");
  assert.equal(await Deno.readTextFile(`${log.path}.1`), "number 1\nnumber 2\n");
  assert.equal(await Deno.readTextFile(log.path), "number 3\nnumber 4\n");
  log.file.write("number 5\nnumber 6\n");
  assert.equal(await Deno.readTextFile(log.path), "number 5\nnumber 6\n", "its size was known");
});

Deno.test("a log that cannot be opened again goes on in the old file", async () => {
  await using log = await openFile();
  await Deno.rename(log.path, `${log.path}.1`);
  await Deno.mkdir(log.path);
  log.file.reopen();
  log.file.write("still here\n");
  assert.equal(await Deno.readTextFile(`${log.path}.1`), "still here\n");
  assert.match(
    log.troubles.join(),
    /^Cannot open the log file .*worker\.log again: .*; lines go to the old one$/,
  );
  await Deno.remove(log.path);
  await Deno.rename(`${log.path}.1`, log.path);
});

Deno.test("a rotation that fails is reported once and loses no line", async () => {
  await using log = await openFile({ rotateBytes: 20 });
  log.file.write("number 1\n");
  await Deno.remove(log.path);
  for (const n of [2, 3]) log.file.write(`number ${n}\n`);
  assert.equal(log.troubles.length, 1);
  assert.match(
    log.troubles[0] ?? "",
    /^Cannot rotate the log file .*worker\.log: No such file .*; it grows on$/,
  );
});

Deno.test("disposing twice is fine and lines after it are ignored", async () => {
  await using log = await openFile();
  log.file.write("last\n");
  log.file[Symbol.dispose]();
  log.file[Symbol.dispose]();
  log.file.write("too late\n");
  assert.equal(await log.text(), "last\n");
});
