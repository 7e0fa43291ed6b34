import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { create, createFileRegistry, type DescMessage } from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import {
  ContainerInstanceSchema,
  MacOSInstanceSchema,
  PersistentWorkerInstanceSchema,
} from "../../proto/gen/cirrus_ci_service_pb.ts";
import { assertError, errorsOf, instanceOf, taskOf, tasksOf, warningsOf } from "./reading.ts";

const ENUMS = [
  { name: "Platform", value: [{ name: "LINUX", number: 0 }, { name: "FREEBSD", number: 1 }] },
  { name: "Architecture", value: [{ name: "AMD64", number: 0 }, { name: "ARM64", number: 1 }] },
];

/** As protobuf's compiler derives it. */
const jsonName = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** A message as a host might bring it, with a field of each kind. */
function hostMessage(name: string): DescMessage {
  const field = [
    { name: "image", number: 1, type: Type.STRING },
    { name: "cpu", number: 2, type: Type.DOUBLE },
    { name: "memory", number: 3, type: Type.UINT32 },
    { name: "disk", number: 4, type: Type.UINT64 },
    { name: "preemptible", number: 5, type: Type.BOOL },
    { name: "platform", number: 6, type: Type.ENUM, typeName: ".host.Platform" },
    { name: "architecture", number: 7, type: Type.ENUM, typeName: ".host.Architecture" },
    { name: "service_credentials", number: 8, type: Type.STRING },
    { name: "scopes", number: 9, type: Type.STRING, label: Label.REPEATED },
    { name: "network", number: 10, type: Type.MESSAGE, typeName: ".host.Network" },
    { name: "networks", number: 11, type: Type.MESSAGE, typeName: ".host.Network", label: Label.REPEATED },
    { name: "dockerfile", number: 12, type: Type.STRING },
  ];
  const set = create(FileDescriptorSetSchema, {
    file: [{
      name: "host.proto",
      package: "host",
      syntax: "proto3",
      enumType: ENUMS,
      messageType: [
        {
          name,
          field: field.map((one) => ({ label: Label.OPTIONAL, jsonName: jsonName(one.name), ...one })),
        },
        {
          name: "Network",
          field: [{ name: "name", jsonName: "name", number: 1, type: Type.STRING, label: Label.OPTIONAL }],
        },
      ],
    }],
  });
  const message = createFileRegistry(set).getMessage(`host.${name}`);
  assert(message);
  return message;
}

const surroundings = { additionalInstances: { gce_instance: hostMessage("GceInstance") } };

const fields: [yaml: string, json: unknown][] = [
  ["{}", {}],
  ["", {}],
  ["{image: a$V}", { image: "a1" }],
  ["{cpu: 0.5, memory: 4}", { cpu: 0.5, memory: 4096 }],
  ["{disk: 200}", { disk: "200" }],
  ["{preemptible: $V == '1'}", { preemptible: true }],
  ["{platform: FreeBSD}", { platform: "FREEBSD" }],
  ["{scopes: [a, $V]}", { scopes: ["a", "1"] }],
  ["{scopes: a}", { scopes: ["a"] }],
  ["{network: {name: $V}}", { network: { name: "1" } }],
  ["{networks: [{name: a}, {}]}", { networks: [{ name: "a" }, {}] }],
  ["{service_credentials: a$V}", { serviceCredentials: "a1" }],
  ["{service_credentials: {b: 1, a: [<x>, {}]}}", {
    serviceCredentials: '{"a":["\\u003cx\\u003e",{}],"b":"1"}',
  }],
];

for (const [yaml, json] of fields) {
  Deno.test(`gce_instance: ${yaml} is what its message says`, async () => {
    const source = `t_task:\n  env: {V: 1}\n  gce_instance: ${yaml}\n`;
    assert.deepEqual(await instanceOf(source, surroundings), json);
    assert.deepEqual(await warningsOf(source, surroundings), []);
  });
}

const wrong: [yaml: string, text: string][] = [
  ["{cpu: many}", "no number"],
  ["{disk: -1}", "no whole number"],
  ["{memory: lots}", "no amount of memory"],
  ["{platform: beos}", "write linux, freebsd"],
  ["{platform: linx}", 'did you mean "linux"'],
  ["{preemptible: maybe}", "maybe"],
  ["{image: [a]}", "must be a scalar"],
];

for (const [yaml, text] of wrong) {
  Deno.test(`gce_instance: ${yaml} is an error`, async () => {
    await assertError(`t_task: {gce_instance: ${yaml}}\n`, { place: "1:25", text, surroundings });
  });
}

Deno.test("an unknown key of an instance that the host supplies is warned about", async () => {
  const [warning = ""] = await warningsOf("t_task: {gce_instance: {imag: a}}\n", surroundings);
  assert.match(warning, /^1:25 .*did you mean "image"/);
});

Deno.test("credentials may stand in the instance, in the task or at the root, the nearest counts", async () => {
  const credentialsIn = (root: string, task: string, instance: string) =>
    `${root}a_task:\n  gce_instance: {image: i${instance}}\n${task}`;
  const at = (where: string) => `service_credentials: {from: ${where}}`;
  const cases: [source: string, expected: string | undefined][] = [
    [credentialsIn("", "", ""), undefined],
    [credentialsIn(`${at("root")}\n`, "", ""), '{"from":"root"}'],
    [credentialsIn(`${at("root")}\n`, `  ${at("task")}\n`, ""), '{"from":"task"}'],
    [credentialsIn(`${at("root")}\n`, `  ${at("task")}\n`, `, ${at("instance")}`), '{"from":"instance"}'],
  ];
  for (const [source, expected] of cases) {
    const instance = await instanceOf(source, surroundings);
    assert.equal(instance?.["serviceCredentials"], expected);
    assert.deepEqual(await warningsOf(source, surroundings), []);
  }
});

Deno.test("an instance of the host is inherited, merged and last of those at the root", async () => {
  const source = `
persistent_worker: {}
gce_instance: {image: a, cpu: 1}
x: &x {gce_instance: {cpu: 2}}
a_task: {gce_instance: {cpu: 4}, <<: *x}
b_task: {persistent_worker: {}}
`;
  const tasks = await tasksOf(source, surroundings);
  assert.deepEqual(tasks[0]?.instance, {
    "@type": "type.googleapis.com/host.GceInstance",
    image: "a",
    cpu: 2,
  });
  assert.match(String(tasks[1]?.instance?.["@type"]), /PersistentWorkerInstance$/);
});

for (
  const [type, yaml, os, architecture] of [
    ["GceInstance", "{}", "linux", undefined],
    ["GceInstance", "{platform: freebsd, architecture: arm64}", "freebsd", "arm64"],
    ["GceWindowsInstance", "{platform: freebsd}", "windows", undefined],
    ["FreeBSDArmInstance", "{}", "freebsd", "arm64"],
    ["AnkaInstance", "{}", "darwin", undefined],
    ["OsxInstance", "{}", "darwin", undefined],
  ] as const
) {
  Deno.test(`${type} ${yaml} runs on ${os}${architecture ? ` and ${architecture}` : ""}`, async () => {
    const { environment } = await taskOf(`t_task: {own_instance: ${yaml}}\n`, {
      additionalInstances: { own_instance: hostMessage(type) },
    });
    assert.equal(environment?.["CIRRUS_OS"], os);
    assert.equal(environment?.["CIRRUS_ARCH"], architecture);
  });
}

Deno.test("a container of the host has its own defaults, unique labels and an image task", async () => {
  const source = `
a_task:
  matrix: [{env: {A: 1}}, {env: {A: 2}}]
  gke_container:
    dockerfile: D
    docker_arguments: {B: $A}
    additional_containers: [{name: db, image: p, port: 1}]
`;
  const tasks = await tasksOf(source, {
    additionalInstances: { gke_container: ContainerInstanceSchema },
    files: { D: "FROM x\n" },
  });
  assert.deepEqual(tasks.map(({ name }) => name), ["a", "a", "Prebuild D B=1", "Prebuild D B=2"]);
  const hash = createHash("md5").update("FROM x\nB1").digest("hex");
  assert.deepEqual(tasks[0]?.instance, {
    "@type": "type.googleapis.com/org.cirruslabs.ci.services.cirruscigrpc.ContainerInstance",
    image: `gcr.io/cirrus-ci-community/${hash}:latest`,
    dockerfile: "D",
    dockerArguments: { B: "1" },
    additionalContainers: [{ name: "db", image: "p", cpu: 0.5, memory: 512, ports: [{ containerPort: 1 }] }],
  });
  assert.deepEqual(tasks[0]?.metadata.uniqueLabels, ["A:1", "B:1"]);
  assert.equal(tasks[0]?.environment?.["CIRRUS_OS"], "linux");
});

Deno.test("a Dockerfile of another instance of the host is hashed, and no task builds it", async () => {
  const task = await taskOf("t_task: {gce_instance: {dockerfile: D}}\n", {
    ...surroundings,
    files: { D: "FROM x\n" },
  });
  assert.equal(
    task.metadata.properties["dockerfile_hash"],
    createHash("md5").update("FROM x\n").digest("hex"),
  );
  assert.deepEqual(task.requiredGroups, undefined);
});

Deno.test("a host may take over an instance that the parser knows", async () => {
  const additionalInstances = {
    persistent_worker: PersistentWorkerInstanceSchema,
    macos_instance: MacOSInstanceSchema,
  };
  const source = `
a_task: {macos_instance: {image: i}}
b_task: {persistent_worker: {labels: {a: b}, isolation: {container: {image: i, volumes: ["/a:/b:ro"]}}}}
`;
  const [macos, worker] = await tasksOf(source, { additionalInstances });
  assert.equal(macos?.instance?.["user"], undefined);
  assert.equal(macos?.instance?.["memory"], undefined);
  assert.equal(macos?.environment?.["CIRRUS_OS"], "darwin");
  assert.deepEqual(worker?.instance?.["isolation"], {
    container: { image: "i", volumes: [{ source: "/a", target: "/b", readOnly: true }] },
  });
  assert.equal(worker?.environment?.["CIRRUS_OS"], "linux");
});

Deno.test("without the host the same file has no instance", async () => {
  assert.equal((await errorsOf("t_task: {gce_instance: {}}\n")).length, 1);
});
