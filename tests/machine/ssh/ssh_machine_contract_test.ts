import type { Machine } from "../../../lib/machine/machine.ts";
import type { SshBounds } from "../../../lib/machine/ssh/ssh_bounds.ts";
import { Guest, type GuestOptions } from "../../fakes/guest/guest.ts";
import { requireGuest } from "../../fakes/guest/require_guest.ts";
import { type MachineUnderTest, testMachine } from "../contract.ts";
import { openGuest } from "./ssh_guest.ts";

const { ignore } = requireGuest();

/** One guest and one machine in it for all tests of its kind: only those that dispose of it make the next one open another. */
function machinesIn(options: GuestOptions, bounds: Partial<SshBounds> = {}): () => Promise<MachineUnderTest> {
  let guest: Guest | undefined;
  let machine: Machine | undefined;
  Deno.test.afterAll(async () => {
    await machine?.[Symbol.asyncDispose]();
    await guest?.[Symbol.asyncDispose]();
  });
  return async () => {
    const directory = `/tmp/test-${crypto.randomUUID()}`;
    guest ??= await Guest.start(options);
    const isUsable = await machine?.files.makeDirectory(directory).then(() => true, () => false);
    if (!machine || !isUsable) {
      machine = await openGuest(guest, { bounds });
      await machine.files.makeDirectory(directory);
    }
    return { machine, directory, [Symbol.asyncDispose]: () => Promise.resolve() };
  };
}

/** The whole grace is waited for once, in Linux. */
const QUICK = { graceMs: 500 };

testMachine("SSH to Linux", machinesIn({}), { ignore });
testMachine("SSH to a guest without bash", machinesIn({ userland: "busybox" }, QUICK), {
  ignore,
  fullTar: false,
});
testMachine("SSH to macOS", machinesIn({ userland: "macos" }, QUICK), { ignore, findsCleared: false });
