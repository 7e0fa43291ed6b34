import assert from "node:assert/strict";
import { assertError, tasksOf, warningsOf } from "./reading.ts";

const ROOT = "persistent_worker: {}\n";

const named: [key: string, name: string | undefined][] = [
  ["task", "main"],
  ["foo_task", "foo"],
  ["footask", "foo"],
  ["foo__task", "foo_"],
  [".tpl_task", ".tpl"],
  ["_task", undefined],
  ["Foo bar_task", "Foo bar"],
  ["docker_builder", "main"],
  ["x_docker_builder", "x"],
  ["x_pipe", "x"],
  ["pipe", "main"],
];

for (const [key, name] of named) {
  Deno.test(`the key ${key} makes a task named ${JSON.stringify(name ?? "")}`, async () => {
    const tasks = await tasksOf(`${ROOT}${key}:\n  steps: []\n`);
    assert.deepEqual(tasks.map(({ name }) => name), [name]);
  });
}

for (const key of ["Task", "foo_TASK", "task_foo", "tasks", "foo", "docker_builders"]) {
  Deno.test(`the key ${key} makes no task`, async () => {
    assert.deepEqual(await tasksOf(`${ROOT}${key}:\n  a_script: x\n`), []);
  });
}

Deno.test("every key task is a task of its own, in the file's order, and all kinds share the ids", async () => {
  const tasks = await tasksOf(
    `${ROOT}task:\n  name: a\ndocker_builder: {}\ntask:\n  name: b\npipe: {steps: []}\n`,
  );
  assert.deepEqual(tasks.map(({ name, localGroupId = "0" }) => `${localGroupId} ${name}`), [
    "0 a",
    "1 main",
    "2 b",
    "3 main",
  ]);
});

const odd: [value: string, warnings: string[]][] = [
  ["", []],
  ["{}", []],
  ["[]", []],
  ["a", ['2:1 Reading "task": expected a map, found a scalar']],
  ["[{name: a}, {name: b}]", ['2:1 Reading "task": expected a map, found a list']],
];

for (const [value, warnings] of odd) {
  Deno.test(`task: ${value} is one task without fields`, async () => {
    const source = `${ROOT}task: ${value}\n`;
    assert.deepEqual((await tasksOf(source)).map(({ name }) => name), ["main"]);
    assert.deepEqual(await warningsOf(source), warnings);
  });
}

Deno.test("a list of tasks without an instance lacks one", async () => {
  await assertError("task: [{persistent_worker: {}}]\n", {
    place: "1:1",
    text: "nothing says what the task runs on",
  });
});

const suspicious: [what: string, source: string, warning: RegExp | undefined][] = [
  ["task_ at the start", "task_foo: {}\n", /^2:1 .*did you mean "foo_task"/],
  ["task_ at the start, a task all the same", "task_foo_task: {}\n", /^2:1 .*did you mean "foo_task_task"/],
  ["a misspelt field", "enviroment: {}\n", /^2:1 .*did you mean "environment"/],
  ["a misspelt instance", "persistant_worker: {}\n", /^2:1 .*did you mean "persistent_worker"/],
  ["a misspelt task", "build_taks: {}\n", /^2:1 .*did you mean "build_task"/],
  ["a task with an s", "build_tasks: {}\n", /^2:1 .*did you mean "build_task"/],
  ["a template", "common_steps: &x {}\n.defaults: {}\nbuild_template: {}\n", undefined],
  ["a machine of a cloud", "gce_instance: {}\n", /^2:1 .*no machines of clouds here/],
  ["a machine of a cloud in a task", "a_task: {freebsd_instance: {}}\n", /^2:10 .*no machines of clouds/],
];

for (const [what, source, warning] of suspicious) {
  Deno.test(`${what} at the root ${warning ? "is warned about" : "is fine"}`, async () => {
    const [first = "", ...others] = await warningsOf(ROOT + source);
    assert.match(first, warning ?? /^$/);
    assert.deepEqual(others, []);
  });
}
