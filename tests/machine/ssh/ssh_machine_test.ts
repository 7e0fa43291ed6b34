import assert from "node:assert/strict";
import { Guest } from "../../fakes/guest/guest.ts";
import { requireGuest } from "../../fakes/guest/require_guest.ts";
import { ProcessMeter } from "../../bench/process_meter.ts";
import { eventually } from "../../helpers/eventually.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { outputText } from "../../process/shell.ts";
import { openGuest, run, sharedMachine, startMachine, startReady } from "./ssh_guest.ts";

const needsGuest = requireGuest();
const shared = sharedMachine();

Deno.test("what a task started as root ends with it, too", needsGuest, async () => {
  const it = await shared();
  const script = "sudo -n setsid sleep 1000 & until pgrep -x sleep; do :; done; echo ready";
  await (await startReady(it.machine, script)).status;
  assert.equal(await it.guest.run("pgrep -x sleep || echo none"), "none\n");
});

Deno.test("200 MB of output arrive whole, and are nowhere kept", needsGuest, async () => {
  const it = await shared();
  const { signal } = new AbortController();
  const bytesOf = async (count: number) => {
    const process = await it.machine.spawn({
      argv: ["head", "-c", String(count), "/dev/zero"],
      environment: it.machine.environment,
      workingDirectory: "/",
    }, { signal });
    let bytes = 0;
    for await (const chunk of process.output) bytes += chunk.length;
    assert.deepEqual(await process.status, { kind: "exited", code: 0 });
    return bytes;
  };
  await bytesOf(20_000_000);
  const meter = new ProcessMeter(Deno.pid);
  const before = meter.resetPeakMemory();
  assert.equal(await bytesOf(200_000_000), 200_000_000);
  assert.ok(meter.peakMemory() - before < 120_000_000);
});

Deno.test(
  "a VM without tar still takes the worker's files, and says what it lacks for archives",
  needsGuest,
  async () => {
    await using it = await startMachine();
    await it.guest.run("rm /usr/bin/tar");
    await using host = await temporaryDirectory();
    await Deno.mkdir(`${host.path}/below`);
    await Deno.writeTextFile(`${host.path}/below/it's`, "text", { mode: 0o755 });
    await Deno.symlink("below/it's", `${host.path}/link`);
    const copy = (...paths: string[]) =>
      it.machine.files.copyFromHost(host.path, ReadableStream.from(paths), "/tmp/copy", {
        signal: new AbortController().signal,
      });
    await copy("below/it's", "link");
    const { text } = await run(
      it.machine,
      "cat copy/link; ls -l copy/below | tail -n 1 | cut -c1-10; readlink copy/link",
    );
    assert.equal(text, "text-rwxr-xr-x\nbelow/it's\n");
    await assert.rejects(copy("../outside"), /Copying ..\/outside: it is outside/);
    await assert.rejects(
      it.machine.files.pack("/tmp", ["copy"]),
      /the VM has no tar; install it in the image/,
    );
    const archive = ReadableStream.from([new Uint8Array(10_240)]);
    await assert.rejects(
      it.machine.files.unpack("/tmp/x", archive),
      /the VM has no tar; install it in the image/,
    );
  },
);

Deno.test("a full disk is an error that says so, and not a short file", needsGuest, async () => {
  await using it = await startMachine({ diskSize: "3m" });
  const content = () => ReadableStream.from(Array.from({ length: 100 }, () => new Uint8Array(100_000)));
  await assert.rejects(it.machine.files.write("/tmp/a", content()), /Running cat: .*No space left on device/);
  const command = {
    argv: ["true"] as const,
    environment: it.machine.environment,
    workingDirectory: "/",
    files: [{ path: "/tmp/b", content: new Uint8Array(100_000).fill(0x20) }],
  };
  const { signal } = new AbortController();
  await assert.rejects(it.machine.spawn(command, { signal }), /Starting true: .*No space left on device/);
});

Deno.test("a clock that is wrong by a year is set before anything runs", needsGuest, async () => {
  const year = 365 * 24 * 3_600;
  for (const clockOffset of [year, -year]) {
    await using it = await startMachine({ clockOffset }, { syncTime: true });
    const { text } = await run(it.machine, "date +%s");
    assert.ok(Math.abs(Number(text) - Date.now() / 1_000) < 10, text);
  }
  await using guest = await Guest.start({ clockOffset: year });
  await guest.run("rm /etc/sudoers");
  await assert.rejects(
    openGuest(guest, { syncTime: true }),
    /Setting the VM's clock: .*sync_time_over_ssh off/,
  );
});

Deno.test("no value of a task is on a command line in the VM", needsGuest, async () => {
  const it = await shared();
  const secret = crypto.randomUUID();
  const { signal } = new AbortController();
  const process = await it.machine.spawn({
    argv: ["/bin/bash", "-c", 'echo ready; env | grep -c "$0"; sleep 1000', "SECRET"],
    environment: new Map([["PATH", "/usr/bin:/bin"], ["SECRET", secret], ["SECRET.odd", secret], [
      "UID",
      secret,
    ]]),
    workingDirectory: "/tmp",
    files: [{ path: "/tmp/script", content: new TextEncoder().encode(secret) }],
  }, { signal });
  const text = outputText(process);
  await text.holds("ready\n2\n");
  await it.machine.files.write("/tmp/b", new TextEncoder().encode(secret));
  const seen = await it.guest.run("cat /proc/[0-9]*/cmdline | tr '\\0' ' '; cat /var/log/sshd.log");
  assert.ok(seen.includes("sleep 1000") && !seen.includes(secret));
});

Deno.test("a variable that no shell can set needs perl, and is not lost silently", needsGuest, async () => {
  await using it = await startMachine({ userland: "busybox" });
  const { signal } = new AbortController();
  const environment = new Map([...it.machine.environment, ["signing.keyId", "a"]]);
  const command = { argv: ["env"] as const, environment, workingDirectory: "/" };
  await assert.rejects(
    it.machine.spawn(command, { signal }),
    /Starting env: the variable signing.keyId .*rename it/,
  );
});

Deno.test("nothing of a machine stays in the VM once it is disposed of", needsGuest, async () => {
  await using guest = await Guest.start();
  {
    await using machine = await openGuest(guest);
    await startReady(machine, "setsid sleep 1000 & echo ready; wait");
    await machine.expose(1);
  }
  await eventually(async () => await guest.run("pgrep -u admin || true") === "");
});
