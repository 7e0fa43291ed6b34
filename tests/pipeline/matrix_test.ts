import assert from "node:assert/strict";
import { limits } from "../../lib/pipeline/limits.ts";
import { assertError, commandsOf, parse, tasksOf, warningsOf } from "./reading.ts";

const ROOT = "persistent_worker: {}\n";

/** What tells the copies of a matrix apart. */
async function copies(source: string): Promise<string[]> {
  const tasks = await tasksOf(ROOT + source);
  return tasks.map(({ name, environment = {} }) => [name, ...Object.values(environment)].join(" "));
}

const rows: [what: string, source: string, copies: string[]][] = [
  [
    "each child of a map makes a copy",
    "t_task:\n  matrix:\n    name: a\n    name: b\n    env: {A: c}\n",
    ["a", "b", "t c"],
  ],
  [
    "each item of a list makes a copy with all its children",
    "t_task:\n  matrix:\n    - name: a\n      env: {A: x}\n    - name: b\n",
    ["a x", "b"],
  ],
  ["null items are dropped", "t_task:\n  matrix:\n    - name: a\n    -\n    - ~\n", ["a"]],
  ["an empty item adds nothing", "t_task:\n  matrix: [{}, {name: b}]\n", ["t", "b"]],
  ["an empty list takes the task away", "t_task:\n  matrix: []\nu_task: {}\n", ["u"]],
  ["an empty map takes the task away", "t_task:\n  matrix: {}\nu_task: {}\n", ["u"]],
  [
    "several matrices multiply, the first varies slowest",
    "t_task:\n  env:\n    matrix:\n      A: 1\n      A: 2\n  matrix:\n    - name: x\n    - name: y\n",
    ["x 1", "y 1", "x 2", "y 2"],
  ],
  [
    "a matrix within a matrix multiplies its own branch",
    "t_task:\n  matrix:\n    - name: a\n    - matrix:\n        - name: b\n        - name: c\n    - name: d\n",
    ["a", "b", "c", "d"],
  ],
  [
    "a matrix expands in the place where it stands: what is below wins",
    "t_task:\n  matrix:\n    - name: a\n      env: {A: m}\n  name: b\n  env: {A: t}\n",
    ["b t"],
  ],
  [
    "and what is above loses",
    "t_task:\n  name: b\n  env: {A: t}\n  matrix:\n    - name: a\n      env: {A: m}\n",
    ["a m"],
  ],
  [
    "a matrix may come by a merge",
    "x: &x\n  - name: a\n  - name: b\nt_task:\n  matrix: *x\n",
    ["a", "b"],
  ],
  [
    "a matrix of docker_builder and pipe makes copies of those",
    "docker_builder:\n  matrix: [{name: a}, {name: b}]\npipe:\n  steps: []\n  matrix: [{name: c}, {name: d}]\n",
    ["a linux", "b linux", "c linux", "d linux"],
  ],
  [
    "copies stand where the task stood",
    "a_task: {}\nb_task:\n  matrix: [{name: b1}, {name: b2}]\nc_task: {}\n",
    ["a", "b1", "b2", "c"],
  ],
];

for (const [what, source, expected] of rows) {
  Deno.test(`matrix: ${what}`, async () => assert.deepEqual(await copies(source), expected));
}

Deno.test("matrix: it may stand in labels, in lists and in scripts", async () => {
  const tasks = await tasksOf(
    "t_task:\n  persistent_worker:\n    labels:\n      matrix:\n        - os: linux\n        - os: darwin\n",
  );
  assert.deepEqual(tasks.map(({ instance }) => instance?.labels), [{ os: "linux" }, { os: "darwin" }]);
  const scripts = await tasksOf(`${ROOT}t_task:\n  a_script:\n    - x\n    - matrix: [{e: 1}, {e: 2}]\n`);
  assert.deepEqual(scripts.map(({ commands }) => commands?.[1]?.scriptInstruction), [
    { scripts: ["x", "e: 1"] },
    { scripts: ["x", "e: 2"] },
  ]);
});

Deno.test("matrix: instructions of an option stand where the matrix does", async () => {
  const commands = await commandsOf(
    `${ROOT}t_task:\n  a_script: a\n  matrix:\n    - b_script: b\n  c_script: c\n`,
  );
  assert.deepEqual(commands.map(({ name }) => name), ["a", "b", "c"]);
});

const wrong: [what: string, source: string, place: string, text: string][] = [
  ["at the root", "matrix:\n  - env: {A: 1}\n", "2:1", "within a task"],
  ["in the environment of the root", "env:\n  matrix: [{A: 1}]\n", "3:3", "within a task"],
  [
    "in a template that is no task",
    "x: &x\n  matrix: [{name: a}]\nt_task: {<<: *x}\n",
    "3:3",
    "within a task",
  ],
  ["of null", "t_task:\n  matrix:\n", "3:3", "must be a map or a list"],
  ["of a scalar", "t_task:\n  matrix: a\n", "3:3", "must be a map or a list"],
  ["of scalars", "t_task:\n  env:\n    A:\n      matrix: [a, b]\n", "5:16", "must be a map"],
  ["with a list as item", "t_task:\n  matrix: [[a]]\n", "3:12", "must be a map"],
];

for (const [what, source, place, text] of wrong) {
  Deno.test(`a matrix ${what} is an error`, () => assertError(ROOT + source, { place, text }));
}

Deno.test("matrices that make too many tasks are an error at their task", async () => {
  const list = `[${Array(11).fill("{e: f}").join(", ")}]`;
  const matrices = Array.from({ length: 4 }, () => `  matrix: ${list}\n`).join("");
  assert(11 ** 4 > limits.tasks);
  await assertError(`${ROOT}t_task:\n${matrices}`, { place: "2:1", text: "too many tasks" });
});

Deno.test("a warning within a matrix is told once, not for each copy", async () => {
  const source = `${ROOT}t_task:\n  nmae: x\n  matrix: [{env: {A: 1}}, {env: {A: 2}}]\n`;
  assert.deepEqual((await warningsOf(source)).map((warning) => warning.split(" ")[0]), ["3:3"]);
  assert.equal((await parse(source)).tasks.length, 2);
});
