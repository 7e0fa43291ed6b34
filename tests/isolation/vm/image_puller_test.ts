import assert from "node:assert/strict";
import { AbortReason } from "../../../lib/async/abort_reason.ts";
import { ImagePuller } from "../../../lib/isolation/vm/image_puller.ts";
import { VmCommands } from "../../../lib/isolation/vm/vm_commands.ts";
import { VM_PROGRAMS } from "../../../lib/isolation/vm_programs.ts";
import { FakeProgram, IMAGE } from "../../fakes/vm_program/fake_program.ts";

const never = new AbortController().signal;

async function tart(): Promise<VmCommands> {
  const environment = new Map(Object.entries(Deno.env.toObject()));
  return await VmCommands.find(VM_PROGRAMS.tart, { environment });
}

Deno.test("an image that several want at once is pulled once, and once more for who comes later", async () => {
  await using program = await FakeProgram.install("tart");
  const commands = await tart();
  const puller = new ImagePuller();
  program.fault("pull", { holds: true });
  const pulls = [1, 2, 3].map(() => puller.pull(IMAGE, commands, never));
  const other = puller.pull(program.image("other"), commands, never);
  await program.called("pull", 2);
  program.fault("pull", undefined);
  await Promise.all([...pulls, other]);
  assert.equal(program.calls("pull").length, 2);
  await puller.pull(IMAGE, commands, never);
  assert.equal(program.calls("pull").length, 3);
});

Deno.test("everybody who waits learns why an image could not be pulled", async () => {
  await using program = await FakeProgram.install("tart");
  const commands = await tart();
  const puller = new ImagePuller();
  const pulls = [1, 2].map(() => puller.pull("ghcr.io/nobody/has:this", commands, never));
  for (const pull of pulls) {
    await assert.rejects(pull, /Running tart: exit status 1: .*manifest unknown/);
  }
  assert.equal(program.calls("pull").length, 1);
});

Deno.test("a pull ends when the last who waited for it is gone, not before", async () => {
  await using program = await FakeProgram.install("tart");
  const commands = await tart();
  const puller = new ImagePuller();
  program.fault("pull", { holds: true });
  const cancelled = new AbortReason("cancelled", "not needed");
  const [first, second] = [new AbortController(), new AbortController()];
  const pulls = [first, second].map(({ signal }) => puller.pull(IMAGE, commands, signal));
  await program.called("pull");
  first.abort(cancelled);
  await assert.rejects(Promise.resolve(pulls[0]), cancelled);
  const third = puller.pull(IMAGE, commands, never);
  second.abort(cancelled);
  await assert.rejects(Promise.resolve(pulls[1]), cancelled);
  program.fault("pull", undefined);
  await third;
  assert.equal(program.calls("pull").length, 1);

  program.fault("pull", { holds: true });
  const last = new AbortController();
  const pull = puller.pull(IMAGE, commands, last.signal);
  await program.called("pull", 2);
  last.abort(cancelled);
  await assert.rejects(pull, cancelled);
  program.fault("pull", undefined);
  await puller.pull(IMAGE, commands, never);
  assert.equal(program.calls("pull").length, 3);
});
