import assert from "node:assert/strict";
import { join } from "node:path";
import { requireGuest } from "../fakes/guest/require_guest.ts";
import { FakeUpstream } from "../fakes/upstream_workers.ts";
import { FakeProgram, IMAGE } from "../fakes/vm_program/fake_program.ts";
import { eventually } from "../helpers/eventually.ts";
import { playground } from "./playground.ts";

Deno.test({
  name: "a worker keeps the standby instance of its file, another one after SIGHUP, and none once it ends",
  ...requireGuest(),
  async fn() {
    await using program = await FakeProgram.install("vetu");
    await using upstream = await FakeUpstream.start();
    await using place = await playground();
    const write = (cpu: number) =>
      Deno.writeTextFile(
        join(place.project, "worker.yml"),
        `token: ${upstream.token}
rpc: {endpoint: "${upstream.endpoint}"}
tuning: {vetu: {mtu: 1400}}
standby:
  isolation: {vetu: {image: "${IMAGE}", cpu: ${cpu}}}
  warmup: {script: "uname", timeout: 1m}
`,
      );
    await write(2);
    const environment = { VETU_HOME: program.home.path };
    const worker = place.start(["worker", "run", "-f", "worker.yml"], environment);
    await worker.hasPrinted("a standby instance is ready", "stderr");
    const [first = "", ...others] = program.home.vmNames();
    assert.deepEqual(others, []);
    assert.equal(program.home.vm(first)?.settings["--cpu"], "2");
    assert.deepEqual(program.calls("run")[0]?.argv.slice(1, -1), ["--net-host-mtu", "1400"]);

    await write(3);
    worker.kill("SIGHUP");
    await worker.hasPrinted("ending the standby instance", "stderr");
    await eventually(() =>
      program.home.vmNames().some((name) => program.home.vm(name)?.settings["--cpu"] === "3")
    );
    worker.kill("SIGTERM");
    assert.equal((await worker.ended).code, 0);
    assert.deepEqual(program.home.vmNames(), []);
    await place.assertNothingLeft();
  },
});
