import assert from "node:assert/strict";
import { join } from "node:path";
import { removeLeftovers } from "../../../lib/worker/ownership/leftovers.ts";
import { ownerFiles, ownersDirectory } from "../../../lib/worker/ownership/owner_files.ts";
import { OwnerLedger } from "../../../lib/worker/ownership/owner_ledger.ts";
import { removeResource } from "../../../lib/worker/ownership/remove_resource.ts";
import { handleUnlistedVms } from "../../../lib/worker/ownership/unlisted_vms.ts";
import { requireGuest } from "../../fakes/guest/require_guest.ts";
import { FakeProgram, IMAGE } from "../../fakes/vm_program/fake_program.ts";
import { eventually } from "../../helpers/eventually.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { withoutPrograms } from "../../helpers/without_programs.ts";
import { RecordingLogger } from "../recording_logger.ts";

async function tart(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("tart", { args, stdin: "null" }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

/** Boots a VM as a worker does that is killed then: its `tart run` goes on. */
async function leaveRunning(program: FakeProgram, name: string): Promise<AsyncDisposable> {
  await tart("clone", IMAGE, name);
  const run = new Deno.Command("tart", { args: ["run", name], stdin: "null", stdout: "null", stderr: "null" })
    .spawn();
  await eventually(() => program.home.runner(name) !== undefined);
  await tart("ip", "--wait", "20", name);
  return { [Symbol.asyncDispose]: async () => void await run.status };
}

const vm = (name: string) => ({ kind: "vm", program: "tart", name }) as const;
const inherit = () => Promise.resolve(false);

Deno.test({
  name: "VMs of a killed worker are stopped and deleted by the next start, those of a live one go on",
  ...requireGuest(),
  async fn() {
    await using program = await FakeProgram.install("tart");
    await using state = await temporaryDirectory();
    await using _dead = await leaveRunning(program, "cirrus-cli-1-dead");
    await using _alive = await leaveRunning(program, "cirrus-cli-2-alive");
    const killed = ownerFiles(state.path, "killed");
    {
      await using live = await OwnerLedger.open(state.path);
      await live.claim(vm("cirrus-cli-2-alive"));
      await Deno.writeTextFile(killed.lock, "");
      const left = [vm("cirrus-cli-1-dead"), vm("cirrus-cli-3-never-made")];
      await Deno.writeTextFile(killed.list, JSON.stringify(left));
      const logger = new RecordingLogger();
      await removeLeftovers({ stateDirectory: state.path, remove: removeResource, inherit, logger });
      await logger.line(/info removed what a killed worker left behind: tart VM cirrus-cli-1-dead/);
      await logger.line(/info removed what a killed worker left behind: tart VM cirrus-cli-3-never-made/);
      assert.deepEqual(program.home.vmNames(), ["cirrus-cli-2-alive"]);
      assert.deepEqual(program.home.running(), ["cirrus-cli-2-alive"]);
    }
    await tart("stop", "cirrus-cli-2-alive");
  },
});

Deno.test("a VM that cannot be deleted is tried again by the start after, and so is one whose program is gone", async () => {
  await using program = await FakeProgram.install("tart");
  await using state = await temporaryDirectory();
  await tart("clone", IMAGE, "cirrus-cli-1-stuck");
  await Deno.mkdir(ownersDirectory(state.path));
  const killed = ownerFiles(state.path, "killed");
  await Deno.writeTextFile(killed.lock, "");
  await Deno.writeTextFile(killed.list, JSON.stringify([vm("cirrus-cli-1-stuck")]));
  const logger = new RecordingLogger();
  const options = { stateDirectory: state.path, remove: removeResource, inherit, logger };
  program.fault("delete", { fails: "the disk is on fire", times: 1 });
  await removeLeftovers(options);
  await logger.line(/error could not remove .* tart VM cirrus-cli-1-stuck: .*: the disk is on fire/);
  {
    await using _none = await withoutPrograms();
    await removeLeftovers(options);
    await logger.line(/error could not remove .* Could not find tart: .*; install it with `brew install/);
  }
  await removeLeftovers(options);
  assert.deepEqual(program.home.vmNames(), []);
});

Deno.test("VMs with our prefix that nobody wrote down are only named, and removed by --adopt-leftovers", async () => {
  await using program = await FakeProgram.install("tart");
  await using state = await temporaryDirectory();
  await using ledger = await OwnerLedger.open(state.path);
  const claim = await ledger.claim(vm("cirrus-cli-1-ours"));
  for (const name of ["cirrus-cli-1-ours", "cirrus-cli-2-of-go", "precious"]) {
    await tart("clone", IMAGE, name);
  }
  const logger = new RecordingLogger();
  await handleUnlistedVms({ stateDirectory: state.path, adopt: false, logger });
  await logger.line(/warning the tart VM cirrus-cli-2-of-go has our prefix, .* --adopt-leftovers/);
  assert.equal(logger.lines.length, 1);
  assert.equal(program.home.vmNames().length, 3);

  await handleUnlistedVms({ stateDirectory: state.path, adopt: true, logger });
  await logger.line(/info removed the tart VM cirrus-cli-2-of-go/);
  assert.deepEqual(program.home.vmNames(), ["cirrus-cli-1-ours", "precious"]);
  await claim[Symbol.asyncDispose]();
});

Deno.test("a host without programs for VMs has none to look for, and a broken program does not stop a worker", async () => {
  await using state = await temporaryDirectory();
  const logger = new RecordingLogger();
  {
    await using _none = await withoutPrograms();
    await handleUnlistedVms({ stateDirectory: join(state.path, "none"), adopt: true, logger });
  }
  assert.deepEqual(logger.lines, []);
  await using program = await FakeProgram.install("vetu");
  program.fault("list", { fails: "no KVM here" });
  await handleUnlistedVms({ stateDirectory: state.path, adopt: true, logger });
  await logger.line(/warning could not look for vetu VMs .*: no KVM here/);
});
