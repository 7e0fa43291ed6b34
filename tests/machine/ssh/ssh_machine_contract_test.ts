import { Guest, type GuestOptions } from "../../fakes/guest/guest.ts";
import { requireGuest } from "../../fakes/guest/require_guest.ts";
import { type MachineUnderTest, testMachine } from "../contract.ts";
import { openGuest } from "./ssh_guest.ts";

const { ignore } = requireGuest();

/** Machines in one guest of each kind, which all tests of this file share. */
function machinesIn(options: GuestOptions): () => Promise<MachineUnderTest> {
  let guest: Promise<Guest> | undefined;
  Deno.test.afterAll(async () => await (await guest)?.[Symbol.asyncDispose]());
  return async () => {
    guest ??= Guest.start(options);
    const machine = await openGuest(await guest);
    const directory = `/tmp/test-${crypto.randomUUID()}`;
    await machine.files.makeDirectory(directory);
    return { machine, directory, [Symbol.asyncDispose]: () => machine[Symbol.asyncDispose]() };
  };
}

testMachine("SSH to Linux", machinesIn({}), { ignore });
testMachine("SSH to a guest without bash", machinesIn({ userland: "busybox" }), { ignore, fullTar: false });
testMachine("SSH to macOS", machinesIn({ userland: "macos" }), { ignore, findsCleared: false });
