import assert from "node:assert/strict";
import { waysToHost } from "../../../lib/machine/container/container_network.ts";
import { LoopbackBridge } from "../../../lib/machine/container/loopback_bridge.ts";

/** What a container of rootless Podman 4.3.1 says, whose network is slirp4netns. */
const ROOTLESS = {
  route:
    "Iface\tDestination\tGateway \tFlags\ntap0\t00000000\t0202000A\t0003\ntap0\t0002000A\t00000000\t0001\n",
  fibTrie: "  |-- 10.0.2.100\n     /32 host LOCAL\n  |-- 127.0.0.1\n     /32 host LOCAL\n",
  hosts: "127.0.0.1\tlocalhost\n192.0.2.2\thost.containers.internal\n10.0.2.100\tb7 name\n",
  bootId: "",
};

Deno.test("the ways to a host are the other end of the network and, for rootless Podman, the host's address", () => {
  assert.deepEqual(waysToHost(ROOTLESS), [
    { address: "10.0.2.2", from: new Set(["10.0.2.100"]) },
    { address: "192.0.2.2", from: new Set(["192.0.2.2"]) },
  ]);
  assert.deepEqual(waysToHost({ ...ROOTLESS, route: "", hosts: "" }), []);
});

Deno.test({
  name: "a container on another host has no way to this one, whatever addresses both have",
  ignore: Deno.build.os !== "linux",
  fn() {
    assert.deepEqual(waysToHost({ ...ROOTLESS, bootId: `${crypto.randomUUID()}\n` }), []);
    const bootId = Deno.readTextFileSync("/proc/sys/kernel/random/boot_id");
    assert.equal(waysToHost({ ...ROOTLESS, bootId }).length, 2);
  },
});

/** An address of this host that others could reach. */
const address = Deno.networkInterfaces().find(({ family, address }) =>
  family === "IPv4" && !address.startsWith("127.")
)?.address;

Deno.test({
  name: "the first way that ends on this host is taken, and connections from elsewhere are closed",
  ignore: address === undefined,
  async fn() {
    assert.ok(address !== undefined);
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () => new Response("hello"),
    );
    const elsewhere = { address: "203.0.113.1", from: new Set(["203.0.113.2"]) };
    {
      await using bridge = new LoopbackBridge(server.addr.port, [
        elsewhere,
        { address, from: new Set([address]) },
      ]);
      assert.equal(bridge.address.hostname, address);
      assert.equal(await (await fetch(`http://${address}:${bridge.address.port}/`)).text(), "hello");
    }
    await using closed = new LoopbackBridge(server.addr.port, [{ address, from: elsewhere.from }]);
    await assert.rejects(fetch(`http://${address}:${closed.address.port}/`));
    assert.throws(
      () => new LoopbackBridge(server.addr.port, [elsewhere]),
      /it does not reach this host \(203.0.113.1 is not on this host .*\); run the engine on the worker's host/,
    );
  },
});
