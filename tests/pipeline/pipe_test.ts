import assert from "node:assert/strict";
import { assertError, taskOf, warningsOf } from "./reading.ts";

/** The commands of the only pipe, each with the image it brings. */
async function steps(steps: string): Promise<string[]> {
  const { commands = [] } = await taskOf(`pipe:\n  steps: ${steps}\n`);
  return commands.map(({ name, properties, executionBehaviour }) =>
    [name, properties?.image && `{${properties.image}}`, executionBehaviour].filter(Boolean).join(" ")
  );
}

const rows: [steps: string, commands: string[]][] = [
  ["[]", ["clone"]],
  ["[{image: o, a_script: x, b_cache: {folder: f}}, {image: t, on_failure: {c_script: y}, d_script: z}]", [
    "clone {o}",
    "a",
    "b",
    "c {t} ON_FAILURE",
    "d",
    "Upload 'b' cache",
  ]],
  ["[{image: o, a_script: x}, {image: t, clone_script: y}]", ["a {o}", "clone {t}"]],
  ["[{a_script: x, image: o}]", ["clone {o}", "a"]],
  ["[{image: '', a_script: x}]", ["clone", "a"]],
  ["[{image: o, a_cache: {folder: f}}, {image: t, upload_caches: a}]", [
    "clone {o}",
    "a",
    "Upload 'a' cache {t}",
  ]],
];

for (const [written, commands] of rows) {
  Deno.test(`the steps ${written} are ${commands.join(", ")}`, async () => {
    assert.deepEqual(await steps(written), commands);
  });
}

Deno.test("a pipe has fields of tasks and its own resources", async () => {
  const task = await taskOf(
    "env: {V: 1}\npersistent_worker: {labels: broken}\nx_pipe:\n  name: n $V $CIRRUS_OS\n  alias: a\n" +
      "  resources: {cpu: $V, memory: 2G}\n  a_script: ignored\n  container: {cpu: ignored}\n  steps: []\n",
  );
  assert.equal(task.name, "n 1 linux");
  assert.deepEqual(task.environment, { V: "1", CIRRUS_OS: "linux" });
  assert.deepEqual(task.instance, {
    "@type": "type.googleapis.com/org.cirruslabs.ci.services.cirruscigrpc.PipeInstance",
    cpu: 1,
    memory: 2048,
  });
  assert.deepEqual(task.commands?.map(({ name }) => name), ["clone"]);
});

Deno.test("resources of a pipe have defaults, and zero is the default", async () => {
  for (const resources of ["", "{}", "{cpu: 0, memory: 0}"]) {
    const { instance } = await taskOf(`pipe:\n  steps: []\n  resources: ${resources}\n`);
    assert.deepEqual([instance?.cpu, instance?.memory], [2, 4096]);
  }
});

Deno.test("a step's background script runs in the foreground, one in a group does not", async () => {
  const { commands } = await taskOf(
    "pipe:\n  steps:\n    - image: o\n      a_background_script: x\n      always: {b_background_script: x}\n",
  );
  assert.deepEqual(
    commands?.map((
      command,
    ) => [command.name, Object.keys(command).find((key) => key.endsWith("Instruction"))]),
    [
      ["clone", "cloneInstruction"],
      ["a_background", "scriptInstruction"],
      ["b", "backgroundScriptInstruction"],
    ],
  );
});

const wrong: [fields: string, place: string, text: string][] = [
  ["name: x", "1:1", 'it needs "steps"'],
  ["steps:", "2:3", "must be a list"],
  ["steps: {a: b}", "2:3", "must be a list"],
  ["steps: [{a_script: x}]", "2:11", 'it needs "image"'],
  ["steps: [{image: x}]", "2:11", "it needs an instruction"],
  ["steps: [{image: [x], a_script: y}]", "2:12", "must be a scalar"],
  ["steps: [{image: x, a_script: y}, {image: x, a_script: y}]", "2:47", "another one named"],
  ["resources: {cpu: x}\n  steps: []", "2:15", "number of processors"],
  ["resources: {memory: x}\n  steps: []", "2:15", "no amount of memory"],
];

for (const [fields, place, text] of wrong) {
  Deno.test(`a pipe with ${JSON.stringify(fields)} is an error`, async () => {
    await assertError(`pipe:\n  ${fields}\n`, { place, text });
  });
}

Deno.test("an instruction beside the steps of a pipe is told to have no effect, without another key for it", async () => {
  assert.deepEqual(await warningsOf("pipe:\n  steps: []\n  always: {}\n  a_script: x\n"), [
    '3:3 Reading "pipe": the key "always" is not known and has no effect',
    '4:3 Reading "pipe": the key "a_script" is not known and has no effect',
  ]);
});

Deno.test("a pipe without steps is an error though the root has some", async () => {
  await assertError("steps: []\npipe: {}\n", { place: "2:1", text: 'it needs "steps"' });
});
