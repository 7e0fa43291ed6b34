import assert from "node:assert/strict";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { vetuSpec } from "../../../lib/isolation/vetu/vetu_spec.ts";
import { ImagePuller } from "../../../lib/isolation/vm/image_puller.ts";
import { Isolation_VetuSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";

const OPTIONS = { environment: new Map<string, string>(), images: new ImagePuller() };

const spec = (init: MessageInitShape<typeof Isolation_VetuSchema>, options = {}) =>
  vetuSpec(create(Isolation_VetuSchema, { image: "i", ...init }), { ...OPTIONS, ...options });

Deno.test("a VM that asks for nothing runs as its image is, behind the usual network", () => {
  const { settings, runArguments, logConsole } = spec({});
  assert.deepEqual(settings, []);
  assert.deepEqual(runArguments, []);
  assert.equal(logConsole, false);
});

Deno.test("sizes are set, and the network and the MTU are given to run in this order", () => {
  const networking = { case: "bridged", value: { interface: "br0" } } as const;
  const options = { mtu: 1400 };
  const { settings, runArguments } = spec({ cpu: 2, memory: 4096, diskSize: 50, networking }, options);
  assert.deepEqual(settings, [["--cpu", "2"], ["--memory", "4096"], ["--disk-size", "50"]]);
  assert.deepEqual(runArguments, ["--net-bridged", "br0", "--net-host-mtu", "1400"]);
});

Deno.test("host networking and the console in the log are had for the asking", () => {
  const { runArguments, logConsole } = spec({
    networking: { case: "host", value: {} },
    standardOutputToLogs: true,
  });
  assert.deepEqual(runArguments, ["--net-host"]);
  assert.equal(logConsole, true);
});

Deno.test("a task that names no image is refused before anything is done", () => {
  assert.throws(() => spec({ image: "" }), /names no image; name one/);
});
