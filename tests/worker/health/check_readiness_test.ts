import assert from "node:assert/strict";
import { checkReadiness, type ReadinessFacts } from "../../../lib/worker/health/check_readiness.ts";

const NOW = new Date("2026-11-25T12:00:00Z");
const GOOD: ReadinessFacts = {
  upstreams: [{ endpoint: "http://ci", registered: true, lastGoodPoll: new Date(NOW.getTime() - 12_000) }],
  draining: false,
  folders: ["/"],
  engine: () => Promise.resolve("docker works"),
  now: NOW,
};

/** The checks that are not passed, as `name: reason`. */
async function problems(facts: Partial<ReadinessFacts>): Promise<string[]> {
  const checks = await checkReadiness({ ...GOOD, ...facts });
  return checks.filter(({ ok }) => !ok).map(({ name, reason }) => `${name}: ${reason}`);
}

Deno.test("a worker that has all it needs is ready", async () => {
  assert.deepEqual(await problems({}), []);
  const [worker, upstream, , engine] = await checkReadiness(GOOD);
  assert.equal(worker?.reason, "it takes tasks");
  assert.equal(upstream?.reason, "registered; it answered a poll 12 s ago");
  assert.equal(engine?.reason, "docker works");
});

Deno.test("one that starts, or ends, is not", async () => {
  assert.deepEqual(await problems({ upstreams: [] }), ["worker: it is starting"]);
  assert.deepEqual(await problems({ draining: true }), ["worker: it is ending and takes no more tasks"]);
});

Deno.test("each upstream has to be registered with and to answer polls", async () => {
  assert.deepEqual(
    await problems({
      upstreams: [
        { endpoint: "http://a", registered: false },
        { endpoint: "http://b", registered: true },
        { endpoint: "http://c", registered: true, lastGoodPoll: new Date(NOW.getTime() - 301_000) },
      ],
    }),
    ["upstream http://a: not registered", "upstream http://c: registered; it answered a poll 301 s ago"],
  );
});

Deno.test("a folder that is not there, and an engine that does not work, are named", async () => {
  const [disk, engine] = await problems({
    folders: ["/no/such/folder"],
    engine: () => Promise.reject(new Error("the daemon does not run")),
  });
  assert.match(disk ?? "", /^disk \/no\/such\/folder: .*ENOENT/);
  assert.equal(engine, "engine: the daemon does not run");
});
