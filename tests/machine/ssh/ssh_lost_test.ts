import assert from "node:assert/strict";
import { AbortReason } from "../../../lib/async/abort_reason.ts";
import { Guest } from "../../fakes/guest/guest.ts";
import { requireGuest } from "../../fakes/guest/require_guest.ts";
import { eventually } from "../../helpers/eventually.ts";
import { run, startMachine, startReady } from "./ssh_guest.ts";

const needsGuest = requireGuest();

const isLost = (problem: RegExp) => (error: unknown) => {
  assert.ok(error instanceof AbortReason && error.kind === "lost", String(error));
  assert.match(error.message, problem);
  return true;
};

Deno.test("a host key that changes later lets no further connection be made", needsGuest, async () => {
  await using it = await startMachine({ sshdOptions: ["MaxSessions 2"] });
  await it.guest.changeHostKey();
  const more = Promise.all(Array.from({ length: 8 }, () => startReady(it.machine)));
  await assert.rejects(more, /its host key is another one than before/);
});

for (
  const [fault, strike] of Object.entries({
    "that freezes": (guest: Guest) => guest.freeze(),
    "that is cut off the network": (guest: Guest) => guest.cut(),
    "that dies": (guest: Guest) => guest.kill(),
  })
) {
  Deno.test(`a VM ${fault} is a lost machine`, needsGuest, async () => {
    await using it = await startMachine({}, { bounds: { keepaliveMs: 100 } });
    const process = await startReady(it.machine);
    const reading = it.machine.files.read("/dev/zero").then((stream) => stream.pipeTo(new WritableStream()));
    reading.catch(() => {});
    await strike(it.guest);
    await assert.rejects(process.status, isLost(/The SSH connection to admin@[\d.]+ was lost: /));
    await assert.rejects(reading, isLost(/was lost: /));
    await assert.rejects(run(it.machine, "true"), isLost(/was lost: /));
    await assert.rejects(it.machine.files.read("/etc/passwd"), isLost(/was lost: /));
    await assert.rejects(it.machine.expose(1), isLost(/was lost: /));
  });
}

Deno.test("a short outage, or a VM that stops for a moment, loses nothing", needsGuest, async () => {
  await using it = await startMachine();
  const running = run(
    it.machine,
    "touch started; until [ -e go ]; do sleep 0.02; done; seq 100000 | tail -1; exit 7",
  );
  await eventually(async () => await it.guest.run("ls /tmp") !== "");
  await it.guest.cut();
  await it.guest.run("touch /tmp/go");
  await it.guest.mend();
  await it.guest.freeze();
  await it.guest.thaw();
  assert.deepEqual(await running, { text: "100000\n", status: { kind: "exited", code: 7 } });
});

Deno.test("who knows that the VM is gone says why, and need not wait", needsGuest, async () => {
  const gone = new AbortController();
  await using it = await startMachine({}, { lost: gone.signal });
  const process = await startReady(it.machine);
  await it.guest.freeze();
  gone.abort(new AbortReason("lost", "tart run ended: no more virtual machines"));
  await assert.rejects(process.status, isLost(/tart run ended/));
  await assert.rejects(run(it.machine, "true"), isLost(/tart run ended/));
});

Deno.test("a session that the VM kills is a lost machine", needsGuest, async () => {
  await using it = await startMachine();
  const process = await startReady(it.machine);
  await it.guest.run("kill -KILL $(pgrep -f '[s]shd: admin@notty')");
  await assert.rejects(process.status, isLost(/was lost|without saying how/));
});
