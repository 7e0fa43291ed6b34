import assert from "node:assert/strict";
import { join } from "node:path";
import { parseOwnedEntries } from "../../../lib/worker/ownership/owned_entries.ts";
import { isAlive, listOwners, ownersDirectory } from "../../../lib/worker/ownership/owner_files.ts";
import { OwnerLedger } from "../../../lib/worker/ownership/owner_ledger.ts";
import { needsRoot, smallDisk } from "../../helpers/small_disk.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";

const DIRECTORY = { kind: "directory", path: "/a" } as const;
const PROCESSES = { kind: "processes", mark: "m" } as const;

async function readList(ledger: OwnerLedger): Promise<unknown[]> {
  return JSON.parse(await Deno.readTextFile(ledger.files.list));
}

Deno.test("a claim is on the disk when it is granted, and off it when it is given back", async () => {
  await using state = await temporaryDirectory();
  await using ledger = await OwnerLedger.open(state.path);
  assert.deepEqual(await readList(ledger), []);
  const directory = await ledger.claim(DIRECTORY);
  await using _processes = await ledger.claim(PROCESSES);
  assert.deepEqual(await readList(ledger), [DIRECTORY, PROCESSES]);
  await directory[Symbol.asyncDispose]();
  await directory[Symbol.asyncDispose]();
  assert.deepEqual(await readList(ledger), [PROCESSES]);
});

Deno.test("two claims of the same resource are two", async () => {
  await using state = await temporaryDirectory();
  await using ledger = await OwnerLedger.open(state.path);
  const first = await ledger.claim({ ...DIRECTORY });
  await using _second = await ledger.claim({ ...DIRECTORY });
  await first[Symbol.asyncDispose]();
  assert.deepEqual(await readList(ledger), [DIRECTORY]);
});

Deno.test("a worker counts as alive until its ledger is closed, which leaves no file", async () => {
  await using state = await temporaryDirectory();
  const ledger = await OwnerLedger.open(state.path);
  assert.equal(await isAlive(ledger.files), true);
  await ledger[Symbol.asyncDispose]();
  assert.equal(await isAlive(ledger.files), false);
  assert.deepEqual([...Deno.readDirSync(ownersDirectory(state.path))], []);
});

Deno.test("what was not given back stays listed, for the next start to remove", async () => {
  await using state = await temporaryDirectory();
  const ledger = await OwnerLedger.open(state.path);
  await ledger.claim(DIRECTORY);
  await ledger[Symbol.asyncDispose]();
  assert.deepEqual((await listOwners(state.path)).map((owner) => owner.id), [ledger.files.id]);
  assert.equal(await isAlive(ledger.files), false);
  assert.deepEqual(parseOwnedEntries(await Deno.readTextFile(ledger.files.list)).resources, [DIRECTORY]);
});

Deno.test("a state directory of no use is an error that says what to do", async () => {
  await using state = await temporaryDirectory();
  const file = join(state.path, "file");
  await Deno.writeTextFile(file, "");
  await assert.rejects(
    OwnerLedger.open(file),
    /Could not use the state directory .*file: .*; .* --state-dir/,
  );
});

Deno.test({
  name: "a claim that cannot be written down is refused, and later ones are granted",
  ...needsRoot,
  async fn() {
    await using disk = await smallDisk({ bytes: 64 * 1024 });
    await using ledger = await OwnerLedger.open(disk.path);
    const makeRoom = await disk.fill();
    await assert.rejects(ledger.claim(DIRECTORY), /No space left/);
    await makeRoom();
    await using _claim = await ledger.claim(PROCESSES);
    assert.deepEqual(await readList(ledger), [PROCESSES]);
  },
});
