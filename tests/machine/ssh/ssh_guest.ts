import { openSshMachine, type OpenSshMachineOptions } from "../../../lib/machine/ssh/open_ssh_machine.ts";
import type { Machine } from "../../../lib/machine/machine.ts";
import { Guest, type GuestOptions } from "../../fakes/guest/guest.ts";
import { outputText } from "../../process/shell.ts";

/** Logs in to a guest as the isolations do to a VM. */
export async function openGuest(
  guest: Guest,
  options: Partial<OpenSshMachineOptions> = {},
): Promise<Machine> {
  return await openSshMachine({ hostname: guest.address, user: "admin", password: "admin" }, {
    signal: new AbortController().signal,
    ...options,
    bounds: { bootMs: 30_000, ...options.bounds },
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

/** One fresh guest with a machine for all tests of a file that do it no harm, from the first that asks for it. */
export function sharedMachine(): () => ReturnType<typeof startMachine> {
  let started: ReturnType<typeof startMachine> | undefined;
  Deno.test.afterAll(async () => await (await started)?.[Symbol.asyncDispose]());
  return () => started ??= startMachine();
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

/** Waits for a script to be running in a machine. */
export async function startReady(machine: Machine, script = "echo ready; sleep 1000") {
  const process = await machine.spawn({
    argv: ["/bin/sh", "-c", script],
    environment: machine.environment,
    workingDirectory: "/tmp",
  }, { signal: new AbortController().signal });
  await outputText(process).holds("ready\n");
  return process;
}
