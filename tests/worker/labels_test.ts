import assert from "node:assert/strict";
import { defaultWorkerName, workerLabels } from "../../lib/worker/labels.ts";

const IDENTITY = {
  name: "mini-1",
  version: "1.2.3",
  hostname: "mini-1.lan",
  platform: { os: "darwin", arch: "arm64" },
};

Deno.test("a worker has the reserved labels", () => {
  assert.deepEqual(workerLabels(IDENTITY), {
    os: "darwin",
    arch: "arm64",
    version: "1.2.3",
    hostname: "mini-1.lan",
    name: "mini-1",
  });
});

Deno.test("configured labels are merged over the reserved ones", () => {
  const labels = workerLabels(IDENTITY, { connected_device: "iPhone12", os: "macOS" });
  assert.equal(labels.connected_device, "iPhone12");
  assert.equal(labels.os, "macOS");
  assert.equal(labels.arch, "arm64");
});

for (
  const [hostname, name] of [
    ["mini-1.lan", "mini-1"],
    ["Studio.local", "Studio"],
    ["ci.example.com", "ci.example.com"],
    ["localhost", "localhost"],
    ["lan", "lan"],
  ] as const
) {
  Deno.test(`a worker on ${hostname} is named ${name} when nobody names it`, () => {
    assert.equal(defaultWorkerName(hostname), name);
  });
}
