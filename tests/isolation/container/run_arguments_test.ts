import { create } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { VolumeSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { clampedResources, runArguments } from "../../../lib/isolation/container/run_arguments.ts";

const HOST = { processors: 8, memoryMiB: 65_536 };

Deno.test("memory above 4 GiB, where 32 bits of bytes end, is asked for as it is; more than there is, as all of it", () => {
  const memoryOf = (memory: number) => clampedResources({ cpu: 0, memory }, HOST).memoryMiB;
  assert.equal(memoryOf(8_192), 8_192);
  assert.equal(memoryOf(65_536), 65_536);
  assert.equal(memoryOf(2 ** 32 - 1), 65_536);
  assert.equal(memoryOf(0), undefined);
});

Deno.test("fractions of processors are asked for as they are; more than there are, as all of them", () => {
  const cpuOf = (cpu: number) => clampedResources({ cpu, memory: 0 }, HOST).cpu;
  // As a 32-bit float has it.
  assert.equal(cpuOf(Math.fround(0.1)), 0.1);
  assert.equal(cpuOf(2.5), 2.5);
  assert.equal(cpuOf(100), 8);
  assert.equal(cpuOf(0), undefined);
});

Deno.test("the engine is told all of it, and paths with commas and quotes stay whole", () => {
  const args = runArguments({
    name: "n",
    labels: ["a=b", "c=d"],
    container: { image: "i", volumes: [] },
    ...clampedResources({ cpu: 1.5, memory: 8_192 }, HOST),
    mounts: [create(VolumeSchema, { source: '/a,"b', target: "/c", readOnly: true })],
  });
  const line = args.join(" ");
  assert.ok(line.includes("--label a=b --label c=d"));
  assert.ok(line.includes("--cpus=1.5 --memory=8192m"));
  assert.ok(args.includes('type=bind,"source=/a,""b",target=/c,readonly'));
});
