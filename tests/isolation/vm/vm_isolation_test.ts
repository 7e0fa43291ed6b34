import assert from "node:assert/strict";
import { join } from "node:path";
import { AbortReason } from "../../../lib/async/abort_reason.ts";
import type { Machine } from "../../../lib/machine/machine.ts";
import { requireGuest } from "../../fakes/guest/require_guest.ts";
import { FakeProgram, IMAGE } from "../../fakes/vm_program/fake_program.ts";
import type { JournalEntry } from "../../fakes/vm_program/vm_home.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { withoutPrograms } from "../../helpers/without_programs.ts";
import { run, tart, vetu, VmPlace } from "./prepared_vm.ts";

/** The calls in order, except that `run` and the first `ip` are started side by side. */
function linesOf(calls: readonly JournalEntry[]): string[] {
  const lines = calls.map(({ argv }) => argv.join(" "));
  const [run, ip] = ["run ", "ip "].map((start) => lines.findIndex((line) => line.startsWith(start)));
  if (run !== undefined && ip !== undefined && ip < run) lines.splice(ip, 0, ...lines.splice(run, 1));
  return lines;
}

const SECONDS_LATE = 60;

/** Boots beside the tests of this file, the last of which looks at it: most of the minute costs nothing. */
const late = lateVm();

function lateVm() {
  let resources: AsyncDisposableStack | undefined;
  let began: { place: VmPlace; preparing: Promise<Machine>; at: number } | undefined;
  const stop = new AbortController();
  Deno.test.beforeAll(async () => {
    if (requireGuest().ignore) return;
    await using owned = new AsyncDisposableStack();
    const program = owned.use(await FakeProgram.install("vetu"));
    const place = new VmPlace(program);
    const image = program.image("late", { guest: ["--sshd-after", String(SECONDS_LATE)] });
    const preparing = place.prepare(vetu({ image }), { signal: stop.signal });
    owned.defer(async () => {
      stop.abort(new AbortReason("finished", "The tests are over"));
      await preparing.then((machine) => machine[Symbol.asyncDispose](), () => {});
    });
    began = { place, preparing, at: performance.now() };
    resources = owned.move();
  });
  Deno.test.afterAll(async () => await resources?.disposeAsync());
  return () => {
    assert.ok(began);
    return began;
  };
}

Deno.test({
  name: "a VM of Tart is made, used and deleted by exactly these calls, which carry the trace and no secret",
  ...requireGuest(),
  async fn() {
    await using program = await FakeProgram.install("tart");
    const image = program.image("secretive", { guest: ["--password", "word-of-the-vm"] });
    const place = new VmPlace(program);
    const type = tart({ image, password: "word-of-the-vm", cpu: 4, memory: 8192, display: "1024x768" });
    const machine = await place.prepare(type);
    const { name } = place;
    assert.match(name, /^cirrus-cli-42-[0-9a-f-]{36}$/);
    assert.equal(machine.platform.os, "darwin");
    assert.equal(machine.workingDirectory, "/tmp/cirrus-ci-build");
    assert.equal(machine.environment.get("CIRRUS_VM_ID"), name);
    assert.equal((await run(machine, "echo $CIRRUS_VM_ID of $(whoami)")).output, `${name} of admin`);

    await machine[Symbol.asyncDispose]();
    await machine[Symbol.asyncDispose]();
    place.assertNothingLeft();
    const calls = program.home.journal();
    assert.deepEqual(linesOf(calls), [
      `pull ${image}`,
      `clone ${image} ${name}`,
      `set ${name} --random-mac`,
      `set ${name} --cpu 4`,
      `set ${name} --memory 8192`,
      `set ${name} --display 1024x768`,
      `run --no-graphics --no-clipboard --no-audio --root-disk-opts sync=none ${name}`,
      `ip --wait 30 ${name}`,
      `stop --timeout 5 ${name}`,
      `delete ${name}`,
    ]);
    for (const { argv: [subcommand = ""], environment } of calls) {
      assert.equal(environment.TRACEPARENT, "00-trace", subcommand);
      assert.equal(environment.TRACESTATE, "vendor=1", subcommand);
      assert.equal(environment.TART_NO_AUTO_PRUNE, subcommand === "clone" ? "" : undefined, subcommand);
    }
    assert.ok(!JSON.stringify(calls).includes("word-of-the-vm"));
    assert.ok(!place.progress.join().includes("word-of-the-vm"));
  },
});

Deno.test({
  name: "a VM of Vetu is Linux, and its console is in the log where the task asks for that",
  ...requireGuest(),
  async fn() {
    await using program = await FakeProgram.install("vetu");
    const place = new VmPlace(program);
    let given = false;
    const taken = { runArguments: ["--device", "path=/gpu"], [Symbol.dispose]: () => given = true };
    const machine = await place.prepare(
      vetu({ image: IMAGE, diskSize: 30, standardOutputToLogs: true }),
      { vetu: { mtu: 1400, takeArguments: () => taken } },
    );
    const { name } = place;
    assert.equal(machine.platform.os, "linux");
    assert.equal((await run(machine, "exit 3")).status.kind, "exited");
    assert.ok(!given);
    await machine[Symbol.asyncDispose]();
    assert.ok(given, "the device is another VM's now");
    place.assertNothingLeft();
    assert.deepEqual(linesOf(program.home.journal()), [
      `pull ${IMAGE}`,
      `clone ${IMAGE} ${name}`,
      `set ${name} --disk-size 30`,
      `run --net-host-mtu 1400 --device path=/gpu ${name}`,
      `ip --wait 30 ${name}`,
      `stop --timeout 5 ${name}`,
      `delete ${name}`,
    ]);
    assert.equal(place.log[0], `console of ${name}: vetu: ${name} boots`);
  },
});

Deno.test({
  name:
    "an image that the host has is pulled again only without lazy pull, and does when it cannot be pulled",
  ...requireGuest(),
  async fn() {
    await using program = await FakeProgram.install("vetu");
    const place = new VmPlace(program);
    program.fault("run", { fails: "this is far enough" });
    const once = async (lazyPull: boolean) => {
      await assert.rejects(place.prepare(vetu({ image: IMAGE }), { vetu: { lazyPull } }), /far enough/);
      return program.calls("pull").length;
    };
    assert.equal(await once(true), 1);
    assert.equal(await once(true), 1);
    program.fault("pull", { fails: "the registry is away" });
    assert.equal(await once(false), 2);
    assert.ok(place.progress.some((line) => /could not pull .* the registry is away: going on/.test(line)));
    place.assertNothingLeft();
  },
});

/** What goes wrong before there is a shell, and what the person who waits for the task reads of it. */
const FAULTS: { what: string; subcommand: string; fails: string; message: RegExp }[] = [
  {
    what: "no room for a clone",
    subcommand: "clone",
    fails: "No space left on device",
    message: /Could not make a VM of the image .*test:latest: Running tart: exit status 1: No space left/,
  },
  {
    what: "a size that cannot be",
    subcommand: "set",
    fails: "VM should have 4 CPU cores at minimum",
    message: /Could not set --random-mac of a VM .*: Running tart: exit status 1: VM should have 4 CPU cores/,
  },
  {
    what: "an early exit of its run",
    subcommand: "run",
    fails: "The number of VMs exceeds the system limit",
    message:
      /The VM cirrus-cli-42-.* has ended too early: tart run: exit status 1: The number of VMs exceeds/,
  },
  {
    what: "no address",
    subcommand: "ip",
    fails: "no IP address found, is your VM running?",
    message:
      /VM .* got no address within 1.5 s: Running tart: .*: no IP address found.*; look whether its image/,
  },
];

for (const { what, subcommand, fails, message } of FAULTS) {
  Deno.test({
    name:
      `a VM that cannot be had because of ${what} fails with the program's own words, and nothing is left`,
    ...requireGuest(),
    async fn() {
      await using program = await FakeProgram.install("tart");
      const place = new VmPlace(program);
      program.fault(subcommand, { fails });
      await assert.rejects(
        place.prepare(tart({ image: IMAGE }), { tart: { bounds: { addressMs: 1_500 } } }),
        message,
      );
      place.assertNothingLeft();
    },
  });
}

Deno.test("a VM that cannot be deleted stays written down, and the reason why there is none is told all the same", async () => {
  await using program = await FakeProgram.install("tart");
  const place = new VmPlace(program);
  program.fault("set", { fails: "no such setting" });
  program.fault("delete", { fails: "the disk is on fire" });
  await assert.rejects(
    place.prepare(tart({ image: IMAGE })),
    /Could not set --random-mac .*: no such setting/,
  );
  assert.deepEqual(place.claimed, [{ kind: "vm", program: "tart", name: place.name }]);
  assert.match(place.progress.at(-1) ?? "", /could not remove all .*: the disk is on fire/);
});

Deno.test("an image that nobody has fails as the program says", async () => {
  await using program = await FakeProgram.install("vetu");
  const place = new VmPlace(program);
  await assert.rejects(place.prepare(vetu({ image: "ghcr.io/nobody/has:this" })), /manifest unknown/);
  place.assertNothingLeft();
});

Deno.test("a host without the program says how to install it", async () => {
  await using program = await FakeProgram.install("tart");
  await using _none = await withoutPrograms();
  const place = new VmPlace(program);
  await assert.rejects(
    place.prepare(tart({ image: IMAGE })),
    /Could not find tart: .*; install it with `brew install cirruslabs\/cli\/tart`.*, or extend PATH/,
  );
  await assert.rejects(place.prepare(vetu({ image: IMAGE })), /Could not find vetu: .*; install it as https/);
});

Deno.test({
  name: "a wrong password ends the boot after three tries, by name",
  ...requireGuest(),
  async fn() {
    await using program = await FakeProgram.install("vetu");
    const place = new VmPlace(program);
    const image = program.image("other-password", { guest: ["--password", "changed"] });
    await assert.rejects(
      place.prepare(vetu({ image }), { vetu: { bounds: { ssh: { retryMs: 50 } } } }),
      (error: Error) =>
        /refused the password; set user and password/.test(error.message) && !/changed/.test(error.message),
    );
    place.assertNothingLeft();
  },
});

Deno.test({
  name: "an sshd that never comes is not waited for for ever",
  ...requireGuest(),
  async fn() {
    await using program = await FakeProgram.install("vetu");
    const place = new VmPlace(program);
    const image = program.image("never", { guest: ["--sshd-after", "never"] });
    await assert.rejects(
      place.prepare(vetu({ image }), { vetu: { bounds: { ssh: { bootMs: 600, retryMs: 50 } } } }),
      /not possible within 0.6 s.*; look whether sshd runs in the image/,
    );
    place.assertNothingLeft();
  },
});

Deno.test({
  name: "a VM that dies in the middle of a script ends the script with the reason",
  ...requireGuest(),
  async fn() {
    await using program = await FakeProgram.install("tart");
    const place = new VmPlace(program);
    await using machine = await place.prepare(tart({ image: IMAGE }));
    const guest = await program.guest(place.name);
    const process = await machine.spawn({
      argv: ["/bin/sh", "-c", "echo begun; exec sleep 1000"],
      environment: machine.environment,
      workingDirectory: "/tmp",
    }, { signal: new AbortController().signal });
    const reader = process.output.getReader();
    assert.match(new TextDecoder().decode((await reader.read()).value), /begun/);
    await guest.kill();
    const lost = (error: unknown) => error instanceof AbortReason && error.kind === "lost";
    await assert.rejects(process.status, lost);
    await machine[Symbol.asyncDispose]();
    place.assertNothingLeft();
  },
});

Deno.test({
  name: "volumes are in the guest, read-only where they shall be, and what was made for them is removed",
  ...requireGuest(),
  async fn() {
    await using program = await FakeProgram.install("tart");
    await using directory = await temporaryDirectory();
    const [kept, made] = [join(directory.path, "kept"), join(directory.path, "made")];
    await Deno.mkdir(kept);
    await Deno.writeTextFile(join(kept, "file"), "of the host");
    const place = new VmPlace(program);
    const volumes = [
      { name: "kept", source: kept, target: "/tmp/link to kept", readOnly: true },
      { name: "made", source: made, target: "$HOME/made" },
      { name: "relative", source: made, target: "relative" },
    ];
    const machine = await place.prepare(tart({ image: IMAGE, volumes }));
    assert.equal((await run(machine, "cat '/tmp/link to kept/file'")).output, "of the host");
    assert.match((await run(machine, "touch '/tmp/link to kept/other' 2>&1")).output, /Read-only/);
    assert.equal((await run(machine, "ls -A '/Volumes/My Shared Files/made'")).output, "");
    const links = await run(machine, "readlink /home/admin/made /home/admin/relative");
    assert.equal(links.output, "/Volumes/My Shared Files/made\n/Volumes/My Shared Files/relative");
    await machine[Symbol.asyncDispose]();
    place.assertNothingLeft();
    assert.deepEqual([...Deno.readDirSync(directory.path)].map(({ name }) => name), ["kept"]);
  },
});

Deno.test({
  name: "volumes are mounted in a guest of Linux, which does not do so by itself, and linked there",
  ...requireGuest(),
  async fn() {
    await using program = await FakeProgram.install("tart");
    await using directory = await temporaryDirectory();
    const source = join(directory.path, "shared");
    await Deno.mkdir(source);
    await Deno.writeTextFile(join(source, "file"), "of the host");
    const place = new VmPlace(program);
    const image = program.image("linux", { os: "linux" });
    const volumes = [{
      name: "v",
      source,
      target: "/tmp/link",
      readOnly: true,
      cleanup: true,
    }];
    const machine = await place.prepare(tart({ image, volumes }));
    const [asked] = program.calls("get");
    assert.equal(asked?.argv.join(" "), `get --format json ${place.name}`);
    assert.equal(machine.platform.os, "linux");
    assert.equal((await run(machine, "cat /tmp/link/file")).output, "of the host");
    assert.equal((await run(machine, "cat '/Volumes/My Shared Files/v/file'")).output, "of the host");
    assert.match((await run(machine, "touch /tmp/link/other 2>&1")).output, /Read-only/);
    await machine[Symbol.asyncDispose]();
    place.assertNothingLeft();
    assert.deepEqual([...Deno.readDirSync(directory.path)], [], "it was to be cleaned up");
  },
});

Deno.test({
  name: "volumes that a guest of Linux does not let be mounted fail where they are needed, saying what to do",
  ...requireGuest(),
  async fn() {
    await using program = await FakeProgram.install("tart");
    await using directory = await temporaryDirectory();
    const place = new VmPlace(program);
    const image = program.image("no-sudo", { os: "linux", guest: ["--sudo", "no"] });
    const volume = { name: "v", source: directory.path };
    const why =
      /Could not mount the volumes in the VM: .*sudo: .*; let its user run sudo without a password, or/;
    await assert.rejects(
      place.prepare(tart({ image, volumes: [{ ...volume, target: "/tmp/link" }] })),
      why,
    );
    const project = { tart: { project: directory.path } };
    await assert.rejects(place.prepare(tart({ image }), project), why);
    place.assertNothingLeft();
    const machine = await place.prepare(tart({ image, volumes: [volume] }));
    assert.ok(place.progress.some((line) => why.test(line) && /: going on without$/.test(line)));
    await machine[Symbol.asyncDispose]();
  },
});

Deno.test({
  name: "a VM whose system Tart cannot tell is taken for macOS, which mounts volumes by itself",
  ...requireGuest(),
  async fn() {
    await using program = await FakeProgram.install("tart");
    await using directory = await temporaryDirectory();
    program.fault("get", { fails: "config.json is damaged" });
    const place = new VmPlace(program);
    const volumes = [{ name: "v", source: directory.path, target: "/tmp/link" }];
    const machine = await place.prepare(tart({ image: IMAGE, volumes }));
    assert.equal((await run(machine, "readlink /tmp/link")).output, "/Volumes/My Shared Files/v");
    await machine[Symbol.asyncDispose]();
  },
});

Deno.test({
  name: "a link that cannot be made names the volume, and nothing is left",
  ...requireGuest(),
  async fn() {
    await using program = await FakeProgram.install("tart");
    await using directory = await temporaryDirectory();
    const place = new VmPlace(program);
    const volumes = [{ name: "v", source: directory.path, target: "/not/there/v" }];
    await assert.rejects(
      place.prepare(tart({ image: IMAGE, volumes })),
      /Could not link the volume "v" to \/not\/there\/v in the VM: ln: exit status 1: .*; correct the volume's target/,
    );
    place.assertNothingLeft();
  },
});

Deno.test({
  name: "the clock of a guest that is a year ahead is set where the task asks for that",
  ...requireGuest(),
  async fn() {
    await using program = await FakeProgram.install("vetu");
    const place = new VmPlace(program);
    const image = program.image("ahead", { guest: ["--clock-offset", String(366 * 86_400)] });
    const machine = await place.prepare(vetu({ image, syncTimeOverSsh: true }));
    const { output } = await run(machine, "date -u +%s");
    const off = Math.abs(Number(output) - Date.now() / 1000);
    assert.ok(off < 300, `${off} s off`);
    await machine[Symbol.asyncDispose]();
  },
});

Deno.test({
  name: "a VM whose host key changes under way is not logged in to again",
  ...requireGuest(),
  async fn() {
    await using program = await FakeProgram.install("vetu");
    const place = new VmPlace(program);
    // Each further program takes a connection of its own then.
    const image = program.image("narrow", { guest: ["--sshd-option", "MaxSessions 2"] });
    await using machine = await place.prepare(vetu({ image }));
    const guest = await program.guest(place.name);
    await guest.changeHostKey();
    const stop = new AbortController();
    const held = run(machine, "exec sleep 1000", stop.signal);
    await assert.rejects(run(machine, "echo never"), /its host key is another one than before/);
    stop.abort(new AbortReason("finished", "enough"));
    await held;
  },
});

/** The steps in which a preparation can be cancelled: each is held until it is. */
for (const subcommand of ["pull", "clone", "set", "run", "ip"]) {
  Deno.test({
    name: `a preparation that is cancelled at \`tart ${subcommand}\` leaves nothing`,
    ...requireGuest(),
    async fn() {
      await using program = await FakeProgram.install("tart");
      const place = new VmPlace(program);
      program.fault(subcommand, { holds: true });
      const cancel = new AbortController();
      const preparing = place.prepare(tart({ image: IMAGE }), { signal: cancel.signal });
      await program.called(subcommand);
      const reason = new AbortReason("cancelled", "as the test asked");
      cancel.abort(reason);
      await assert.rejects(preparing, reason);
      place.assertNothingLeft();
    },
  });
}

Deno.test({
  name: "an sshd that is late by a minute is waited for",
  ...requireGuest(),
  async fn() {
    const { place, preparing, at } = late();
    const machine = await preparing;
    assert.ok(performance.now() - at >= SECONDS_LATE * 1000);
    assert.equal((await run(machine, "echo up")).output, "up");
    await machine[Symbol.asyncDispose]();
    place.assertNothingLeft();
  },
});
