import assert from "node:assert/strict";
import { join } from "node:path";
import { provideSource } from "../../../lib/isolation/vm/folder_sources.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { recordingLedger } from "../recording_ledger.ts";

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

Deno.test("a missing folder is made for a VM and removed after it, with the folders above that were missing", async () => {
  await using directory = await temporaryDirectory();
  const source = join(directory.path, "a", "b");
  const { ledger, claimed } = recordingLedger();
  const provided = await provideSource(source, { ledger });
  assert.equal(((await Deno.stat(source)).mode ?? 0) & 0o777, 0o755);
  assert.deepEqual(claimed(), [{ kind: "directory", path: source }]);
  await Deno.writeTextFile(join(source, "file"), "of the VM");
  await provided[Symbol.asyncDispose]();
  assert.ok(!await exists(join(directory.path, "a")));
  assert.deepEqual(claimed(), []);
});

Deno.test("a folder that exists stays, with what is in it", async () => {
  await using directory = await temporaryDirectory();
  const { ledger, claimed } = recordingLedger();
  const provided = await provideSource(directory.path, { ledger });
  assert.deepEqual(claimed(), []);
  await provided[Symbol.asyncDispose]();
  assert.ok(await exists(directory.path));
});

Deno.test("a folder that was made stays until the last of the VMs that share it is gone", async () => {
  await using directory = await temporaryDirectory();
  const source = join(directory.path, "cache");
  const { ledger } = recordingLedger();
  const [first, second] = await Promise.all([
    provideSource(source, { ledger }),
    provideSource(source, { ledger }),
  ]);
  const third = await provideSource(source, { ledger });
  await first[Symbol.asyncDispose]();
  await third[Symbol.asyncDispose]();
  assert.ok(await exists(source));
  await second[Symbol.asyncDispose]();
  assert.ok(!await exists(source));
});

Deno.test("a folder that cannot be made is named, and nothing is left of it", async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, "file");
  await Deno.writeTextFile(file, "");
  const { ledger, claimed } = recordingLedger();
  await assert.rejects(
    provideSource(join(file, "below"), { ledger }),
    /Could not make the folder .*file\/below for a volume: .*; make it by hand, or correct/,
  );
  assert.deepEqual(claimed(), []);
});

Deno.test("a folder that is to be cleaned up is removed after the last VM that shares it, also where it was there", async () => {
  await using directory = await temporaryDirectory();
  const source = join(directory.path, "cache");
  await Deno.mkdir(source);
  await Deno.writeTextFile(join(source, "file"), "of the host");
  const { ledger, claimed } = recordingLedger();
  const without = await provideSource(source, { ledger });
  const cleanup = await provideSource(source, { ledger, cleanup: true });
  assert.deepEqual(claimed(), [], "the next start may remove more than a task's user");
  await cleanup[Symbol.asyncDispose]();
  assert.ok(await exists(join(source, "file")));
  await without[Symbol.asyncDispose]();
  assert.deepEqual([...Deno.readDirSync(directory.path)], []);
  assert.deepEqual(claimed(), []);
});

Deno.test("a folder that leads elsewhere after a VM had the one above is not removed, and stays written down", async () => {
  await using directory = await temporaryDirectory();
  const [mounted, precious] = [join(directory.path, "mounted"), join(directory.path, "precious")];
  await Deno.mkdir(mounted);
  await Deno.mkdir(join(precious, "made"), { recursive: true });
  const { ledger, claimed } = recordingLedger();
  const source = join(mounted, "below", "made");
  const provided = await provideSource(source, { ledger });
  await Deno.remove(join(mounted, "below"), { recursive: true });
  await Deno.symlink(precious, join(mounted, "below"));
  await assert.rejects(
    async () => await provided[Symbol.asyncDispose](),
    /Could not remove the folder .* and leads to .*precious\/made now; remove it by hand/,
  );
  assert.ok(await exists(join(precious, "made")));
  assert.deepEqual(claimed(), [{ kind: "directory", path: source }]);
});
