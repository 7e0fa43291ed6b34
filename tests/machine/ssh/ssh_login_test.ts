import assert from "node:assert/strict";
import { AbortReason } from "../../../lib/async/abort_reason.ts";
import { openSshMachine } from "../../../lib/machine/ssh/open_ssh_machine.ts";
import { SSH_BOUNDS } from "../../../lib/machine/ssh/ssh_bounds.ts";
import { Guest } from "../../fakes/guest/guest.ts";
import { requireGuest } from "../../fakes/guest/require_guest.ts";
import { eventually } from "../../helpers/eventually.ts";
import { openGuest, run } from "./ssh_guest.ts";

const needsGuest = requireGuest();

Deno.test("an sshd that is late by a minute of tries is let in at the next one", needsGuest, async () => {
  await using guest = await Guest.start({ sshd: false });
  const opening = openGuest(guest, { bounds: { retryMs: 5 } });
  await eventually(async () => await guest.tcpCount("OutRsts") >= 60_000 / SSH_BOUNDS.retryMs);
  await guest.startSshd();
  await using machine = await opening;
  assert.equal((await run(machine, "id -un")).text, "admin\n");
});

/** How an sshd takes a connection and leaves it at that, and how that is undone. */
const HANGING_LOGINS: Record<
  string,
  { begin: (guest: Guest) => Promise<unknown>; end: (guest: Guest) => Promise<unknown> }
> = {
  "never answers": { begin: (guest) => guest.freeze(), end: (guest) => guest.thaw() },
  "hangs while it looks the password up": {
    begin: (guest) => guest.run("mv /etc/shadow /etc/kept; mkfifo /etc/shadow"),
    end: (guest) => guest.run("mv /etc/kept /etc/shadow"),
  },
};

for (const [what, { begin, end }] of Object.entries(HANGING_LOGINS)) {
  Deno.test(
    `an sshd that takes a connection and ${what} is given up on, and tried anew`,
    needsGuest,
    async () => {
      await using guest = await Guest.start();
      await begin(guest);
      await assert.rejects(
        openGuest(guest, { bounds: { bootMs: 900, loginMs: 200, retryMs: 50 } }),
        /not possible within 0.9 s of its start; at last: Logging in to [^;]*its sshd did not finish the login in time;/,
      );
      const before = await guest.tcpCount("PassiveOpens");
      const opening = openGuest(guest, { bounds: { loginMs: 1_000, retryMs: 50 } });
      await eventually(async () => await guest.tcpCount("PassiveOpens") >= before + 2);
      await end(guest);
      await using machine = await opening;
      assert.equal((await run(machine, "id -un")).text, "admin\n");
    },
  );
}

Deno.test("an sshd that never comes is given up on, saying what was tried last", needsGuest, async () => {
  await using guest = await Guest.start({ sshd: false });
  await assert.rejects(
    openGuest(guest, { bounds: { bootMs: 300, retryMs: 50 } }),
    /Logging in to admin@[\d.]+: not possible within 0.3 s.*at last: Connecting to [^;]*nothing listens there; look whether sshd runs/,
  );
});

Deno.test("a VM that nothing gets through to is given up on", needsGuest, async () => {
  await using guest = await Guest.start();
  await guest.cut();
  await assert.rejects(
    openGuest(guest, { bounds: { bootMs: 700, connectMs: 200, retryMs: 50 } }),
    /at last: Connecting to [^;]*(no answer within 0.2 s|no way to it)/,
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
    await assert.rejects(openGuest(guest, { bounds: { bootMs: 600_000, retryMs: 50 } }), (error: Error) => {
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

Deno.test("an sshd that asks for the password, as that of macOS does, is answered", needsGuest, async () => {
  const sshdOptions = ["PasswordAuthentication no", "KbdInteractiveAuthentication yes", "UsePAM yes"];
  await using guest = await Guest.start({ sshdOptions });
  await guest.run(
    "echo 'auth required pam_unix.so nodelay' > /etc/pam.d/sshd; grep -v ^auth /etc/pam.d/other >> /etc/pam.d/sshd",
  );
  await using machine = await openGuest(guest);
  assert.equal((await run(machine, "id -un")).text, "admin\n");
  const log = await guest.run("cat /var/log/sshd.log");
  assert.match(log, /Accepted keyboard-interactive/);
  const login = { hostname: guest.address, user: "admin", password: "wrong" };
  const { signal } = new AbortController();
  await assert.rejects(openSshMachine(login, { bounds: { retryMs: 50 }, signal }), /it refused the password/);
});

Deno.test("a host key that changes while the VM boots ends it at once", needsGuest, async () => {
  await using guest = await Guest.start({ password: "something-else" });
  const opening = openGuest(guest, { bounds: { bootMs: 600_000 } });
  opening.catch(() => {});
  await eventually(() => guest.run("grep 'Failed password' /var/log/sshd.log").then(() => true, () => false));
  await guest.changeHostKey();
  await assert.rejects(opening, /its host key is another one than before/);
});
