import assert from "node:assert/strict";
import type { SshBounds } from "../../../lib/machine/ssh/ssh_bounds.ts";
import { Guest } from "../../fakes/guest/guest.ts";
import { requireGuest } from "../../fakes/guest/require_guest.ts";
import { openGuest, run, startMachine } from "./ssh_guest.ts";
import { requireEngine } from "../../helpers/require_engine.ts";
import { openSftp } from "./sftp_client.ts";

const needsGuest = requireGuest();

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

Deno.test({
  name: "the login profile of zsh, the shell of macOS, applies",
  ignore: needsGuest.ignore || requireEngine("zsh").ignore,
  async fn() {
    const home = { ".zprofile": "export FROM_ZPROFILE=yes", ".zshenv": "echo from zshenv" };
    await using guest = await Guest.start({ home });
    await guest.run("sed -i 's|/bin/bash$|/bin/zsh|' /etc/passwd");
    await using machine = await openGuest(guest);
    assert.equal(machine.environment.get("FROM_ZPROFILE"), "yes");
    assert.equal((await run(machine, "echo $SHELL")).text, "/bin/zsh\n");
  },
});

Deno.test(
  "SFTP, which the worker does without, is broken by a start-up file that prints",
  needsGuest,
  async () => {
    await using guest = await Guest.start();
    {
      await using sftp = await openSftp(guest);
      await sftp.write("/tmp/a", new TextEncoder().encode("by SFTP"));
    }
    await guest.run("echo 'echo from a start-up file' > /home/admin/.bashrc");
    await assert.rejects(openSftp(guest), /Packet length|Bad packet|Expected a version/);
    await using machine = await openGuest(guest);
    assert.equal(await new Response(await machine.files.read("/tmp/a")).text(), "by SFTP");
  },
);

/** Start-up files that are waited for in vain, and what the person who waits for the task reads of it. */
const ENDLESS: Record<string, { contents: string[]; bounds: Partial<SshBounds>; problem: RegExp }> = {
  ".profile": {
    contents: ["sleep 1000", "until read answer; do sleep 0.1; done"],
    bounds: { profileMs: 400 },
    problem: /Reading the login profile \(.*: not done within 0.4 s; look what it waits for/,
  },
  ".bashrc": {
    contents: ["sleep 1000", 'until [ -n "$answer" ]; do read -p "sure? " answer; done'],
    bounds: { shellMs: 400 },
    problem: /Starting a shell in the VM: none came up within 0.4 s; look what the start-up files/,
  },
};

Deno.test(
  "start-up files that never end, or ask until they get an answer, are named",
  needsGuest,
  async () => {
    await using guest = await Guest.start();
    for (const [file, { contents, bounds, problem }] of Object.entries(ENDLESS)) {
      for (const content of contents) {
        await guest.run(
          `rm -f /home/admin/.profile /home/admin/.bashrc; echo '${content}' > /home/admin/${file}`,
        );
        await assert.rejects(openGuest(guest, { bounds }), problem);
      }
    }
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
