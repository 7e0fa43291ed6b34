import assert from "node:assert/strict";
import { assertError, instanceOf, taskOf } from "./reading.ts";

const fileOf = (instance: string) => `t_task:\n  env: {V: 8, P: '[1, 2:3]'}\n  ${instance}\n`;

const LINUX = { cpu: 2, memory: 4096 };
const WINDOWS = { platform: "WINDOWS", osVersion: "2019", cpu: 2, memory: 4096 };
const BESIDE = { cpu: 0.5, memory: 512 };

/** A container with one more beside it. */
const beside = (container: string) =>
  `container: {image: a, additional_containers: [{image: b, ${container}}]}`;

const instances: [written: string, instance: Record<string, unknown>][] = [
  ["container:", LINUX],
  ["container: a", LINUX],
  ["container: {image: a$V}", { ...LINUX, image: "a8" }],
  ["container: {image: a, cpu: 0, memory: 0}", { ...LINUX, image: "a" }],
  ["container: {image: a, cpu: 1.5, memory: 3}", { ...LINUX, image: "a", cpu: 1.5, memory: 3072 }],
  ["container: {image: a, greedy: [x], kvm: true, unknown: y}", { ...LINUX, image: "a" }],
  ["container: {image: a, dockerfile: ''}", { ...LINUX, image: "a" }],
  ["container: {dockerfile: D, image: a, docker_arguments: {A: b}}", { ...LINUX, image: "a" }],
  ["container: {image: a, os_version: x}", { ...LINUX, image: "a" }],
  ["arm_container: {image: a$V, cpu: .5, memory: 3}", {
    architecture: "ARM64",
    image: "a8",
    cpu: 0.5,
    memory: 3072,
  }],
  ["windows_container: {image: a, os_version: y$V, additional_containers: x}", {
    ...WINDOWS,
    image: "a",
    osVersion: "y8",
  }],
  ["windows_container: {}", WINDOWS],
  ["macos_instance: {}", { user: "admin", password: "admin", cpu: 4, memory: 8192 }],
  ["macos_instance: {image: a$V, user: '', password: p, cpu: 0, memory: 0, other: x}", {
    image: "a8",
    password: "p",
  }],
  [beside("name: db, port: 80"), {
    ...LINUX,
    image: "a",
    additionalContainers: [{ ...BESIDE, name: "db", image: "b", ports: [{ containerPort: 80 }] }],
  }],
  [beside("name: dé, ports: ['1', '2:3'], cpu: $V, memory: 1G"), {
    ...LINUX,
    image: "a",
    additionalContainers: [{
      name: "dé",
      image: "b",
      cpu: 8,
      memory: 1024,
      ports: [{ containerPort: 1 }, { hostPort: 2, containerPort: 3 }],
    }],
  }],
  [beside("ports: $P"), {
    ...LINUX,
    image: "a",
    additionalContainers: [{
      ...BESIDE,
      image: "b",
      ports: [{ containerPort: 1 }, { hostPort: 2, containerPort: 3 }],
    }],
  }],
  [beside("command: \"run 'x y' a\\\\ b $V # no\", readiness_command: c $V d, privileged: 'true'"), {
    ...LINUX,
    image: "a",
    additionalContainers: [{
      ...BESIDE,
      image: "b",
      command: ["run", "x y", "a b", "8"],
      readinessCommand: ["c $V d"],
      privileged: true,
    }],
  }],
  [beside("env: {A: 1, B: $V}, environment: [{A: 2}], readiness_command: [a, b c]"), {
    ...LINUX,
    image: "a",
    additionalContainers: [{
      ...BESIDE,
      image: "b",
      environment: { A: "2", B: "$V" },
      readinessCommand: ["a", "b c"],
    }],
  }],
  ["container: {additional_containers: {x: {image: b}}}", {
    ...LINUX,
    additionalContainers: [{ ...BESIDE, image: "b" }],
  }],
  ["container: {additional_containers: x}", LINUX],
];

for (const [written, instance] of instances) {
  Deno.test(written, async () => assert.deepEqual(await instanceOf(fileOf(written)), instance));
}

Deno.test("additional containers of root and task fold one by one", async () => {
  const root = 'container: {image: a, additional_containers: [{name: db, image: p, port: "15:5"}]}';
  const task = "container: {additional_containers: [{memory: 2G}, {image: q}]}";
  assert.deepEqual(await instanceOf(`${root}\nt_task: {${task}}\n`), {
    ...LINUX,
    image: "a",
    additionalContainers: [
      { name: "db", image: "p", cpu: 0.5, memory: 2048, ports: [{ hostPort: 15, containerPort: 5 }] },
      { ...BESIDE, image: "q" },
    ],
  });
  const cleared = await instanceOf(`${root}\nt_task: {container: {additional_containers: }}\n`);
  assert.equal(cleared?.additionalContainers, undefined);
  const kept = await instanceOf(`${root}\nt_task: {container: {additional_containers: []}}\n`);
  assert.deepEqual(kept, await instanceOf(`${root}\nt_task: {}\n`));
});

const words: [command: string, words: string[]][] = [
  ["a  b\tc", ["a", "b", "c"]],
  ["a#b #c\nd", ["a#b", "d"]],
  ["'' \"\"", ["", ""]],
  ['\'a\\b\' "c\\"d"', ["a\\b", 'c"d']],
  ["a'b'\"c\"d", ["abcd"]],
];

for (const [command, expected] of words) {
  Deno.test(`the command ${JSON.stringify(command)} has the words ${JSON.stringify(expected)}`, async () => {
    const instance = await instanceOf(fileOf(beside(`command: ${JSON.stringify(command)}`)));
    assert.deepEqual(instance?.additionalContainers, [{ ...BESIDE, image: "b", command: expected }]);
  });
}

const wrong: [written: string, column: number, text: string][] = [
  ["container: {cpu: x}", 15, "number of processors"],
  ["container: {cpu: }", 15, "number of processors"],
  ["container: {cpu: -1}", 15, "number of processors"],
  ["container: {memory: x}", 15, "no amount of memory"],
  ["container: {image: [a]}", 15, "must be a scalar"],
  ["container: {docker_arguments: }", 15, "a map or a list of maps"],
  ["windows_container: {docker_arguments: [{a: b}]}", 23, "must be a map"],
  ["macos_instance: {cpu: 1.5}", 20, "whole number"],
  ["macos_instance: {memory: 1T}", 20, "no amount of memory"],
  ["container: {additional_containers: [{name: a}]}", 39, 'needs "image"'],
  ["container: {additional_containers: [a]}", 39, 'needs "image"'],
  [beside("name: main"), 60, 'not "main"'],
  [beside("name: a1"), 60, "letters only"],
  [beside("port: x"), 60, "no port"],
  [beside("port: '1:2:3'"), 60, "no port"],
  [beside("port: 65536"), 60, "no port"],
  [beside("ports: [1, x]"), 60, "no port"],
  [beside("port: 1, ports: [2]"), 49, "both"],
  [beside("env: "), 60, "a map or a list of maps"],
  [beside("readiness_command: {a: b}"), 60, "a scalar or a list"],
  [beside('command: "\'a"'), 60, "a quote is left open"],
  [beside("privileged: maybe"), 60, "no value"],
];

for (const [written, column, text] of wrong) {
  Deno.test(`${written} is an error`, () => assertError(fileOf(written), { place: `3:${column}`, text }));
}

const systems: [instance: string, os: string][] = [
  ["container: {}", "linux"],
  ["arm_container: {}", "linux"],
  ["windows_container: {}", "windows"],
  ["macos_instance: {}", "darwin"],
];

for (const [instance, os] of systems) {
  Deno.test(`${instance} sets CIRRUS_OS, but for an environment below it`, async () => {
    const below = await taskOf(`t_task:\n  env: {CIRRUS_OS: z}\n  ${instance}\n`);
    assert.deepEqual(below.environment, { CIRRUS_OS: os });
    const above = await taskOf(`t_task:\n  ${instance}\n  env: {CIRRUS_OS: z}\n`);
    assert.deepEqual(above.environment, { CIRRUS_OS: "z" });
    const atRoot = await taskOf(`${instance}\nt_task:\n  env: {CIRRUS_OS: z}\n`);
    assert.deepEqual(atRoot.environment, { CIRRUS_OS: "z" });
    const inherited = await taskOf(`env: {CIRRUS_OS: z}\n${instance}\nt_task: {}\n`);
    assert.deepEqual(inherited.environment, { CIRRUS_OS: os });
  });
}

Deno.test("the system of an instance that lost stays for an isolation that sets none", async () => {
  const source = "container: {}\nt_task:\n  persistent_worker: {isolation: {vetu: {}}}\n";
  assert.deepEqual((await taskOf(source)).environment, { CIRRUS_OS: "linux" });
});
