import assert from "node:assert/strict";
import { AbortReason } from "../../../lib/async/abort_reason.ts";
import type { Machine } from "../../../lib/machine/machine.ts";
import { Guest } from "../../fakes/guest/guest.ts";
import { requireGuest } from "../../fakes/guest/require_guest.ts";
import { ProcessMeter } from "../../bench/process_meter.ts";
import { eventually } from "../../helpers/eventually.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { outputText } from "../../process/shell.ts";
import { openGuest, run, startMachine } from "./ssh_guest.ts";

const needsGuest = requireGuest();

/** Waits for a script to be running in a machine. */
async function startReady(machine: Machine, script = "echo ready; sleep 1000") {
  const process = await machine.spawn({
    argv: ["/bin/sh", "-c", script],
    environment: machine.environment,
    workingDirectory: "/tmp",
  }, { signal: new AbortController().signal });
  await outputText(process).holds("ready\n");
  return process;
}

const isLost = (problem: RegExp) => (error: unknown) => {
  assert.ok(error instanceof AbortReason && error.kind === "lost", String(error));
  assert.match(error.message, problem);
  return true;
};

Deno.test("an sshd that is late is waited for", needsGuest, async () => {
  await using guest = await Guest.start({ sshd: false });
  const opening = openGuest(guest);
  await guest.startSshd();
  await using machine = await opening;
  assert.equal((await run(machine, "id -un")).text, "admin\n");
});

Deno.test("an sshd that never comes is given up on, saying what was tried last", needsGuest, async () => {
  await using guest = await Guest.start({ sshd: false });
  await assert.rejects(
    openGuest(guest, { bootTimeoutMs: 1_500 }),
    /Logging in to admin@[\d.]+: not possible within 1.5 s.*at last: Connecting to [^;]*nothing listens there; look whether sshd runs/,
  );
});

Deno.test("a VM that does not answer, or only its kernel does, is given up on", needsGuest, async () => {
  await using guest = await Guest.start();
  await guest.freeze();
  await assert.rejects(openGuest(guest, { bootTimeoutMs: 500 }), /not possible within 0.5 s of its start/);
  await guest.thaw();
  await guest.cut();
  await assert.rejects(
    openGuest(guest, { bootTimeoutMs: 2_500 }),
    /at last: Connecting to [^;]*(no answer within 1 s|no way to it)/,
  );
});

Deno.test("the opening stops when it is told to", needsGuest, async () => {
  await using guest = await Guest.start({ sshd: false });
  const stop = new AbortController();
  const opening = openGuest(guest, { signal: stop.signal });
  const reason = new AbortReason("cancelled", "Cancelled by a test");
  stop.abort(reason);
  await assert.rejects(opening, reason);
});

Deno.test(
  "a password that is refused three times in a row ends it at once, and is not told",
  needsGuest,
  async () => {
    await using guest = await Guest.start({ password: "something-else" });
    await assert.rejects(openGuest(guest, { bootTimeoutMs: 600_000 }), (error: Error) => {
      assert.match(
        error.message,
        /Logging in to admin@[\d.]+: it refused the password; set user and password/,
      );
      assert.ok(!Deno.inspect(error).includes("something-else") && !Deno.inspect(error).includes('"admin"'));
      return true;
    });
    const refused = await guest.run("grep -c 'Failed password for admin' /var/log/sshd.log");
    assert.equal(refused, "3\n");
  },
);

Deno.test("a password that the image sets only while it boots is accepted then", needsGuest, async () => {
  await using guest = await Guest.start({ password: "something-else" });
  const opening = openGuest(guest);
  await eventually(() => guest.run("grep 'Failed password' /var/log/sshd.log").then(() => true, () => false));
  await guest.run(
    'echo admin | busybox mkpasswd -m sha512 > /tmp/hash; sed -i "s|^admin:[^:]*|admin:$(cat /tmp/hash)|" /etc/shadow',
  );
  await using machine = await opening;
  assert.equal((await run(machine, "id -un")).text, "admin\n");
});

Deno.test("a host key that changes while the VM boots ends it at once", needsGuest, async () => {
  await using guest = await Guest.start({ password: "something-else" });
  const opening = openGuest(guest, { bootTimeoutMs: 600_000 });
  opening.catch(() => {});
  await eventually(() => guest.run("grep 'Failed password' /var/log/sshd.log").then(() => true, () => false));
  await guest.changeHostKey();
  await assert.rejects(opening, /its host key is another one than before/);
});

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
    await using it = await startMachine({}, { keepaliveMs: 300 });
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

Deno.test("more programs than one connection has sessions for run at once", needsGuest, async () => {
  for (const sshdOptions of [[], ["MaxSessions 3"]]) {
    await using it = await startMachine({ sshdOptions });
    const all = Array.from(
      { length: 14 },
      (_, i) => run(it.machine, `touch ${i}; until [ -e go ]; do sleep 0.02; done; echo ${i}`),
    );
    await eventually(async () => await it.guest.run("ls /tmp | grep -c '^[0-9]' || true") === "14\n");
    await it.guest.run("touch /tmp/go");
    assert.deepEqual((await Promise.all(all)).map(({ text }) => Number(text)), [...all.keys()]);
    // A connection that was full has room again.
    assert.equal((await run(it.machine, "echo again")).text, "again\n");
  }
});

Deno.test("sessions that end early make room for others on the same connection", needsGuest, async () => {
  await using it = await startMachine();
  const { environment } = it.machine;
  for (let i = 0; i < 12; i++) {
    const { signal } = new AbortController();
    const command = { argv: ["no-such-program"] as const, environment, workingDirectory: "/" };
    await assert.rejects(it.machine.spawn(command, { signal }), /no such program/);
    await (await it.machine.files.read("/dev/zero")).cancel();
    const process = await it.machine.spawn({ ...command, argv: ["echo"] }, { signal });
    await process.output.cancel();
    await process.status;
  }
  assert.equal(await it.guest.run("pgrep -fc '[s]shd: admin@notty'"), "1\n");
});

Deno.test("what a task started as root ends with it, too", needsGuest, async () => {
  await using it = await startMachine();
  const script = "sudo -n setsid sleep 1000 & until pgrep -x sleep; do :; done; echo ready";
  await (await startReady(it.machine, script)).status;
  assert.equal(await it.guest.run("pgrep -x sleep || echo none"), "none\n");
});

Deno.test(
  "a port of the worker's loopback is reached from inside, in both directions and by many",
  needsGuest,
  async () => {
    await using it = await startMachine();
    using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const serve = async () => {
      for await (const connection of server) connection.readable.pipeTo(connection.writable).catch(() => {});
    };
    serve();
    const [one, other] = [
      await it.machine.expose(server.addr.port),
      await it.machine.expose(server.addr.port),
    ];
    assert.notEqual(one.port, other.port);
    const echo = async ({ hostname, port }: typeof one, bytes: number) =>
      (await run(
        it.machine,
        `head -c ${bytes} /dev/zero | timeout 20 busybox nc ${hostname} ${port} | wc -c`,
      )).text.trim();
    assert.deepEqual(await Promise.all([echo(one, 5), echo(one, 3_000_000), echo(other, 70_000)]), [
      "5",
      "3000000",
      "70000",
    ]);
  },
);

Deno.test(
  "a port that nothing listens on is closed inside, and the machine goes on",
  needsGuest,
  async () => {
    await using it = await startMachine();
    using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = await it.machine.expose(server.addr.port);
    server.close();
    assert.equal(
      (await run(it.machine, `echo x | timeout 20 busybox nc 127.0.0.1 ${port}; echo over`)).text,
      "over\n",
    );
  },
);

Deno.test("an sshd that forwards nothing says so", needsGuest, async () => {
  await using it = await startMachine({ sshdOptions: ["AllowTcpForwarding no"] });
  await assert.rejects(
    it.machine.expose(4_711),
    /Making port 4711 reachable in the VM: .*AllowTcpForwarding/,
  );
  assert.equal((await run(it.machine, "echo on")).text, "on\n");
});

Deno.test("200 MB of output arrive whole, and are nowhere kept", needsGuest, async () => {
  await using it = await startMachine();
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

Deno.test(
  "the login profile applies; what it and other start-up files print or ask corrupts nothing",
  needsGuest,
  async () => {
    const noise = 'echo "from a start-up file"; echo complaint >&2; read answer; printf "no line end"';
    const home = {
      ".profile": `${noise}; export FROM_PROFILE="two\nlines" PATH="/opt/homebrew/bin:$PATH"`,
      ".bashrc": `${noise}; read answer2`,
    };
    await using it = await startMachine({ home }, { variables: new Map([["CIRRUS_VM_ID", "cirrus-cli-1"]]) });
    const { environment } = it.machine;
    assert.equal(environment.get("FROM_PROFILE"), "two\nlines");
    assert.match(environment.get("PATH") ?? "", /^\/opt\/homebrew\/bin:/);
    assert.equal(environment.get("CIRRUS_VM_ID"), "cirrus-cli-1");
    assert.equal(environment.get("HOME"), "/home/admin");
    assert.deepEqual(
      environment.keys().filter((name) => /^SSH_|^_$|^SHLVL$|^CIRRUS_(?!VM_ID)/.test(name)).toArray(),
      [],
    );
    assert.equal((await run(it.machine, "bash -c 'echo bash'; echo end")).text, "bash\nend\n");
    assert.equal(
      await new Response(await it.machine.files.read("/etc/hostname").catch(() => null)).text(),
      "",
    );
    await it.machine.files.write("/tmp/a", new TextEncoder().encode("content\n"));
    assert.equal(await new Response(await it.machine.files.read("/tmp/a")).text(), "content\n");
    await assert.rejects(
      it.machine.files.read("/root/x").then((stream) => new Response(stream).text()),
      (error: Error) => !/complaint/.test(error.message),
    );
  },
);

Deno.test("a profile that starts another shell does no harm", needsGuest, async () => {
  await using it = await startMachine({ home: { ".profile": "export SEEN=1; exec true" } });
  assert.equal(it.machine.environment.get("HOME"), "/home/admin");
  assert.equal((await run(it.machine, "echo fine")).text, "fine\n");
});

Deno.test("Windows guests are refused", needsGuest, async () => {
  await using guest = await Guest.start();
  const cmd = `#!/bin/sh
echo "'exec' is not recognized as an internal or external command," >&2
exit 1`;
  await guest.run(
    `cat > /usr/bin/cmd <<'END'\n${cmd}\nEND\nchmod +x /usr/bin/cmd; sed -i 's|/bin/bash$|/usr/bin/cmd|' /etc/passwd`,
  );
  await assert.rejects(
    openGuest(guest),
    /runs no \/bin\/sh and says: 'exec' is not recognized.*Windows guests are not supported/,
  );
  await guest.run(
    `printf '#!/bin/sh\\necho MINGW64_NT-10.0 x86_64\\n' > /usr/bin/uname; sed -i 's|/usr/bin/cmd$|/bin/bash|' /etc/passwd`,
  );
  await assert.rejects(openGuest(guest), /The VM runs Windows \(MINGW64_NT-10.0\), which is not supported/);
});

Deno.test("no value of a task is on a command line in the VM", needsGuest, async () => {
  await using it = await startMachine();
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
