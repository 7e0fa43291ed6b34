import assert from "node:assert/strict";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { tartSpec } from "../../../lib/isolation/tart/tart_spec.ts";
import { ImagePuller } from "../../../lib/isolation/vm/image_puller.ts";
import { Isolation_TartSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";

const OPTIONS = { environment: new Map<string, string>(), images: new ImagePuller() };

const spec = (init: MessageInitShape<typeof Isolation_TartSchema>, options = {}) =>
  tartSpec(create(Isolation_TartSchema, { image: "i", ...init }), { ...OPTIONS, ...options });

const ALWAYS = ["--no-graphics", "--no-clipboard", "--no-audio", "--root-disk-opts", "sync=none"];

Deno.test("a VM that asks for nothing gets a MAC address of its own and runs without window and devices", () => {
  const { settings, runArguments, sharedFolders } = spec({});
  assert.deepEqual(settings, [["--random-mac"]]);
  assert.deepEqual(runArguments, ALWAYS);
  assert.deepEqual(sharedFolders, []);
});

Deno.test("what is asked for is set, size by size", () => {
  const { settings, runArguments, login } = spec({
    cpu: 4,
    memory: 8192,
    diskSize: 100,
    display: "1920x1080",
    nested: true,
    user: "u",
    password: "p",
  });
  assert.deepEqual(settings, [
    ["--random-mac"],
    ["--cpu", "4"],
    ["--memory", "8192"],
    ["--disk-size", "100"],
    ["--display", "1920x1080"],
  ]);
  assert.deepEqual(runArguments, [...ALWAYS, "--nested"]);
  assert.deepEqual(login, { user: "u", password: "p", port: 22 });
  assert.equal(spec({ port: 2222 }).login.port, 2222);
});

Deno.test("networks are allowed only where Softnet is on", () => {
  const softnetAllow = ["10.0.0.0/8", "192.168.1.0/24"];
  assert.deepEqual(spec({}, { softnetAllow }).runArguments, ALWAYS);
  assert.deepEqual(spec({ softnet: true }).runArguments, [...ALWAYS, "--net-softnet"]);
  assert.deepEqual(spec({ softnet: true }, { softnetAllow }).runArguments, [
    ...ALWAYS,
    "--net-softnet",
    "--net-softnet-allow",
    "10.0.0.0/8,192.168.1.0/24",
  ]);
});

Deno.test("volumes are shared under their names, and the project beside them", () => {
  const volumes = [{ name: "cache", source: "/var/cache", target: "/c", readOnly: true }, {
    source: "/a/../b",
    cleanup: true,
  }];
  const { runArguments, sharedFolders } = spec({ volumes }, { project: "/src" });
  assert.deepEqual(runArguments.slice(ALWAYS.length), [
    "--dir",
    "cache:/var/cache:ro",
    "--dir",
    "volume-2:/b",
    "--dir",
    "cirrus-project:/src",
  ]);
  assert.deepEqual(sharedFolders.map(({ target }) => target), ["/c", undefined, undefined]);
  assert.deepEqual(sharedFolders.map(({ cleanup }) => cleanup), [false, true, false]);
});

Deno.test("a working directory on the host is not mounted, as by the Go worker", () => {
  assert.deepEqual(spec({ mountTemporaryWorkingDirectoryFromHost: true }), spec({}));
});

const WRONG: { volumes: { name?: string; source?: string }[]; problem: RegExp }[] = [
  { volumes: [{ name: "v" }], problem: /volume "v" .*: it has no source; correct it/ },
  { volumes: [{ name: "a:b", source: "/a" }], problem: /volume "a:b" .* colon or a slash/ },
  { volumes: [{ name: "../b", source: "/a" }], problem: /volume "..\/b" .* colon or a slash/ },
  { volumes: [{ name: "v", source: "/a:b" }], problem: /its source \/a:b has a colon/ },
  { volumes: [{ name: "v", source: "/a" }, { name: "v", source: "/b" }], problem: /two have the name "v"/ },
];

for (const { volumes, problem } of WRONG) {
  Deno.test(`refused by name: a volume ${JSON.stringify(volumes)}`, () => {
    assert.throws(() => spec({ volumes }), problem);
  });
}

Deno.test("a task that names no image is refused before anything is done", () => {
  assert.throws(() => spec({ image: "" }), /names no image; name one/);
});
