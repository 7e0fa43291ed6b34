import assert from "node:assert/strict";
import { requireGuest } from "../../fakes/guest/require_guest.ts";
import { eventually } from "../../helpers/eventually.ts";
import { run, sharedMachine, startMachine } from "./ssh_guest.ts";

const needsGuest = requireGuest();
const shared = sharedMachine();

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

Deno.test(
  "a port of the worker's loopback is reached from inside, in both directions and by many",
  needsGuest,
  async () => {
    const it = await shared();
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
    const it = await shared();
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
