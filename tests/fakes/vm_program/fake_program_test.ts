import assert from "node:assert/strict";
import { requireGuest } from "../guest/require_guest.ts";
import { FakeProgram, IMAGE } from "./fake_program.ts";

async function call(program: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(program, { args, stdin: "null" }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

const REFUSED: readonly [program: "tart" | "vetu", ...args: string[]][] = [
  ["tart", "start", "v"],
  ["tart", "set", "v", "--cpus", "4"],
  ["tart", "set", "v", "--cpu"],
  ["tart", "set", "v", "--cpu", "four"],
  ["tart", "set", "v", "--display", "1920"],
  ["tart", "set", "v", "--random-mac=yes"],
  ["tart", "run", "--root-disk-opts", "sync=never", "v"],
  ["tart", "run", "--net-softnet-allow", "10.0.0.0/8", "v"],
  ["tart", "run", "--net-softnet", "--net-softnet-allow", "everything", "v"],
  ["tart", "run", "--dir", "relative", "v"],
  ["tart", "ip", "--wait", "30"],
  ["tart", "stop", "--timeout", "5", "v", "w"],
  ["vetu", "run", "--no-graphics", "v"],
  ["vetu", "get", "v"],
  ["vetu", "set", "v", "--random-mac"],
];

Deno.test("what the real programs do not take is refused", async () => {
  await using tart = await FakeProgram.install("tart");
  await using _vetu = await FakeProgram.install("vetu");
  for (const command of REFUSED) {
    const { code, stderr } = await call(...command);
    assert.equal(code, command[0] === "tart" ? 64 : 1, command.join(" "));
    assert.match(stderr, /^Error: /);
  }
  assert.ok(tart.calls("ip").every(({ argv }) => argv.length === 3));
});

Deno.test({
  name: "a VM lives from its clone to its deletion, and the programs say what cannot be",
  ...requireGuest(),
  async fn() {
    await using tart = await FakeProgram.install("tart");
    assert.equal((await call("tart", "pull", "ghcr.io/nobody/has:this")).code, 1);
    assert.match((await call("tart", "pull", "local-name")).stderr, /remote name/);
    assert.equal((await call("tart", "clone", IMAGE, "v")).code, 0);
    assert.match((await call("tart", "clone", IMAGE, "v")).stderr, /already exists/);
    assert.match(
      (await call("tart", "set", "v", "--disk-size", "5")).stderr,
      /larger than the current 20 GB/,
    );
    assert.equal((await call("tart", "set", "v", "--disk-size", "30")).code, 0);
    assert.match((await call("tart", "ip", "v")).stderr, /no IP address/);
    assert.match((await call("tart", "stop", "v")).stderr, /is not running/);

    const running = call("tart", "run", "--no-graphics", "v");
    const { stdout: address } = await call("tart", "ip", "v", "--wait", "20");
    assert.match(address, /^\d+\.\d+\.\d+\.\d+$/);
    assert.match((await call("tart", "run", "v")).stderr, /already running/);
    assert.equal(JSON.parse((await call("tart", "get", "v", "--format=json")).stdout).OS, "darwin");
    assert.deepEqual((await call("tart", "list", "-q")).stdout.split("\n"), ["v", IMAGE]);
    assert.equal((await call("tart", "stop", "v", "--timeout", "5")).code, 0);
    assert.equal((await running).code, 0);
    assert.equal((await call("tart", "delete", "v")).code, 0);
    assert.match((await call("tart", "delete", "v")).stderr, /does not exist/);
    assert.deepEqual(tart.home.vmNames(), []);
  },
});

Deno.test({
  name: "a third VM of macOS does not run, and a guest that dies ends its run",
  ...requireGuest(),
  async fn() {
    await using tart = await FakeProgram.install("tart");
    for (const name of ["a", "b", "c"]) await call("tart", "clone", IMAGE, name);
    const runs = ["a", "b"].map((name) => call("tart", "run", name));
    for (const name of ["a", "b"]) await call("tart", "ip", "--wait", "20", name);
    const { code, stderr } = await call("tart", "run", "c");
    assert.equal(code, 1);
    assert.equal(stderr, "The number of VMs exceeds the system limit (other running VMs: a, b)");
    await (await tart.guest("a")).kill();
    assert.match((await runs[0])?.stderr ?? "", /guest has stopped/);
    await call("tart", "stop", "b");
    assert.equal((await runs[1])?.code, 0);
  },
});
