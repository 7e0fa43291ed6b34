import { openSshMachine, type OpenSshMachineOptions } from "../../../lib/machine/ssh/open_ssh_machine.ts";
import type { Machine } from "../../../lib/machine/machine.ts";
import { Guest, type GuestOptions } from "../../fakes/guest/guest.ts";

/** Logs in to a guest as the isolations do to a VM. */
export async function openGuest(
  guest: Guest,
  options: Partial<OpenSshMachineOptions> = {},
): Promise<Machine> {
  return await openSshMachine({ hostname: guest.address, user: "admin", password: "admin" }, {
    bootTimeoutMs: 30_000,
    signal: new AbortController().signal,
    ...options,
  });
}

/** A fresh guest with a machine in it. */
export async function startMachine(options: GuestOptions = {}, open: Partial<OpenSshMachineOptions> = {}) {
  await using resources = new AsyncDisposableStack();
  const guest = resources.use(await Guest.start(options));
  const machine = resources.use(await openGuest(guest, open));
  const owned = resources.move();
  return { guest, machine, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Runs a script in a machine to its end. */
export async function run(machine: Machine, script: string) {
  const process = await machine.spawn({
    argv: ["/bin/sh", "-c", script],
    environment: machine.environment,
    workingDirectory: "/tmp",
  }, { signal: new AbortController().signal });
  return { text: await new Response(process.output).text(), status: await process.status };
}
