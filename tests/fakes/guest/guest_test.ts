import assert from "node:assert/strict";
import { Guest } from "./guest.ts";
import { linkExists, runOnHost } from "./host.ts";
import { requireGuest } from "./require_guest.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { eventually } from "../../helpers/eventually.ts";

const needsGuest = requireGuest();
const BOOT = new URL("boot.sh", import.meta.url).pathname;

Deno.test("a guest sees nothing of its host, and of another guest's either", needsGuest, async () => {
  await using guest = await Guest.start();
  await using other = await Guest.start({ userland: "busybox" });
  assert.notEqual(guest.address, other.address);
  assert.equal(
    (await guest.run("ls /")).split("\n").filter((name) => name === "work" || name === "host").length,
    0,
  );
  assert.match(await guest.run("ls /proc | grep -c '^[0-9]'"), /^[1-9]\n$/);
  assert.equal(await other.run("command -v bash || echo none"), "none\n");
});

/** CAP_SYS_TIME of capabilities(7). */
const SET_CLOCK = 1n << 25n;

Deno.test("a guest has a clock of its own, and no right to set its host's", needsGuest, async () => {
  await using guest = await Guest.start({ clockOffset: 3600 });
  // Looked at and not tried out: the host's clock would stay wrong.
  for (const whose of ["1", "$(pidof -s sshd)", "self"]) {
    const mask = await guest.run(`sed -n 's/^CapBnd:[^0-9a-f]*//p' /proc/${whose}/status`);
    assert.equal(BigInt(`0x${mask.trim()}`) & SET_CLOCK, 0n, whose);
  }
  const before = Date.now();
  assert.ok(Number(await guest.run("date +%s")) >= before / 1000 + 3599);
  await guest.run("date -u 010203042005.06");
  assert.match(await guest.run("date -u"), /2005/);
  assert.ok(Date.now() >= before);
});

Deno.test(
  "a guest ends with the process that runs it, however that ends, and leaves nothing",
  needsGuest,
  async () => {
    for (const name of ["SIGKILL", "SIGTERM"] as const) {
      await using state = await temporaryDirectory();
      const process = new Deno.Command(BOOT, {
        args: ["--state", state.path],
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).spawn();
      await eventually(() => Deno.stat(`${state.path}/init`).then(() => true, () => false));
      const guest = await Guest.at(state.path);
      const link = (await Deno.readTextFile(`${state.path}/link`)).trim();
      assert.ok(await linkExists(link));
      assert.equal(await guest.run("hostname"), "guest\n");
      const mounts = await runOnHost("cat", ["/proc/self/mountinfo"]);
      assert.ok(!mounts.includes("/mnt/root"));
      process.kill(name);
      await process.status;
      await eventually(async () => !await linkExists(link));
      await assert.rejects(guest.run("true"));
    }
  },
);
