import assert from "node:assert/strict";
import { assertError, commandsOf, errorsOf, taskOf, tasksOf, warningsOf } from "./reading.ts";

const names = async (source: string) => (await commandsOf(source)).map(({ name }) => name);

const orders: [what: string, source: string, names: string[]][] = [
  [
    "children of a merged map stand where the merge does",
    "x: &x\n  b_script: b\nt_task:\n  persistent_worker: {}\n  a_script: a\n  <<: *x\n  c_script: c\n",
    ["a", "b", "c"],
  ],
  [
    "what is there before the merge is not merged",
    "x: &x\n  a_script: x\n  b_script: b\nt_task:\n  persistent_worker: {}\n  a_script: a\n  <<: *x\n",
    ["a", "b"],
  ],
  [
    "what stands below the merge wins, at its own place",
    "x: &x\n  a_script: x\n  b_script: b\nt_task:\n  persistent_worker: {}\n  <<: *x\n  a_script: a\n",
    ["b", "a"],
  ],
  [
    "a quoted << is an ordinary key",
    "x: &x\n  a_script: x\nt_task:\n  persistent_worker: {}\n  '<<': *x\n",
    [],
  ],
  [
    "a map within << has no effect",
    "t_task:\n  persistent_worker: {}\n  <<: {a_script: x}\n  b_script: b\n",
    ["b"],
  ],
  ["a scalar within << has no effect", "t_task:\n  persistent_worker: {}\n  <<: x\n  b_script: b\n", ["b"]],
  [
    "a list within << merges its maps from left to right",
    "x: &x\n  a_script: x\ny: &y\n  a_script: y\n  b_script: y\nt_task:\n  persistent_worker: {}\n  <<: [*x, *y, {c_script: c}]\n",
    ["a", "b", "c"],
  ],
  [
    "several merges in one map take effect in their order",
    "x: &x\n  a_script: x\ny: &y\n  b_script: y\nt_task:\n  <<: *y\n  persistent_worker: {}\n  <<: *x\n",
    ["b", "a"],
  ],
  [
    "groups of a template and of the task all count",
    "x: &x\n  always:\n    x_script: x\nt_task:\n  persistent_worker: {}\n  always:\n    t_script: t\n  <<: *x\n",
    ["t", "x"],
  ],
  [
    "an alias sees the last anchor of its name before it",
    "x: &x\n  a_script: x\ny: &x\n  b_script: y\nt_task:\n  persistent_worker: {}\n  <<: *x\nz: &x {c_script: z}\n",
    ["b"],
  ],
];

for (const [what, source, expected] of orders) {
  Deno.test(what, async () => assert.deepEqual(await names(source), expected));
}

const TEMPLATES =
  "x: &x\n  timeout_in: 30m\n  name: x\n  env: {A: x, X: x}\ny: &y\n  timeout_in: 40m\n  name: y\n  env: {A: y}\n";

const winners: [what: string, task: string, timeout: string, name: string, variable: string][] = [
  [
    "an explicit field below the merge wins",
    "<<: *x\n  timeout_in: 5m\n  name: t\n  env: {A: t}",
    "300",
    "t",
    "t",
  ],
  [
    "above the merge an exempt one loses, others win",
    "timeout_in: 5m\n  name: t\n  env: {A: t}\n  <<: *x",
    "1800",
    "t",
    "x",
  ],
  [
    "of two in a list the last wins for exempt fields, the first for others",
    "<<: [*x, *y]",
    "2400",
    "x",
    "y",
  ],
  ["of two merges likewise", "<<: *x\n  <<: *y", "2400", "x", "y"],
];

for (const [what, task, timeout, name, variable] of winners) {
  Deno.test(`merging templates: ${what}`, async () => {
    const result = await taskOf(`${TEMPLATES}t_task:\n  persistent_worker: {}\n  ${task}\n`);
    assert.equal(result.metadata.properties.timeout_in, timeout);
    assert.equal(result.name, name);
    assert.deepEqual(result.environment, { A: variable, X: "x" });
  });
}

Deno.test("a name is exempt at any depth", async () => {
  const source =
    "x: &x {skip: x, B: x}\nt_task:\n  persistent_worker: {}\n  env:\n    skip: t\n    B: t\n    <<: *x\n";
  assert.deepEqual((await taskOf(source)).environment, { skip: "x", B: "t" });
});

Deno.test("a property that the host declares is exempt", async () => {
  const source = "x: &x {lock: x}\nt_task:\n  persistent_worker: {}\n  lock: t\n  <<: *x\n";
  const { metadata } = await taskOf(source, { taskProperties: { lock: "string" } });
  assert.equal(metadata.properties.lock, "x");
});

Deno.test("an alias stands for a whole task, a value, an item", async () => {
  const tasks = await tasksOf(
    "a_task: &a\n  persistent_worker: {}\n  name: &n one\n  env:\n    L: [*n, two]\n    M: *n\nb_task: *a\n",
  );
  assert.deepEqual(tasks.map(({ name, environment }) => [name, environment]), [
    ["one", { L: "one\ntwo", M: "one" }],
    ["one", { L: "one\ntwo", M: "one" }],
  ]);
});

Deno.test("a list that is merged takes the map's place", async () => {
  const tasks = await tasksOf(
    "l: &l\n  - name: a\n  - name: b\nt_task:\n  persistent_worker: {}\n  matrix:\n    <<: *l\n",
  );
  assert.deepEqual(tasks.map(({ name }) => name), ["a", "b"]);
});

const WORKER = "persistent_worker: {}\n";
const wrong: [what: string, source: string, place: string, text: string][] = [
  ["a scalar merged", `${WORKER}x: &x a\nt_task:\n  name: a\n  <<: *x\n`, "4:3", "only a map or a list"],
  ["a scalar merged in a flow map", `${WORKER}x: &x a\nt_task: {<<: *x}\n`, "3:9", "only a map or a list"],
  ["a list with a scalar merged", `${WORKER}t_task:\n  name: n\n  <<: [a]\n`, "3:3", "in line 4"],
  [
    "a list with an alias of a list merged",
    `${WORKER}x: &x []\nt_task:\n  name: n\n  <<: [*x]\n`,
    "4:3",
    "every item",
  ],
  [
    "an alias within a value whose anchor has its name, though it was set anew there",
    `${WORKER}t_task: &x\n  env: &x {A: b}\n  environment: *x\n`,
    "4:16",
    "stands within itself",
  ],
  [
    "a key below a list that a map has become",
    `${WORKER}x: &x [{name: a}]\nt_task:\n  matrix:\n    <<: *x\n    b: c\n`,
    "6:5",
    "each item of its list must be a map",
  ],
  ["an alias within itself", `${WORKER}t_task: &x\n  env: *x\n`, "3:8", "stands within itself"],
];

for (const [what, source, place, text] of wrong) {
  Deno.test(`${what} is an error`, () => assertError(source, { place, text }));
}

Deno.test("what is wrong below an anchor is told once, not for each alias", async () => {
  assert.equal(
    (await errorsOf("a_task: &a\n  persistent_worker: {}\n  timeout_in: x\nb_task: *a\n")).length,
    1,
  );
});

for (const value of ["x", "{name: n}"]) {
  Deno.test(`a merge of ${value}, which is no alias, is told to have no effect`, async () => {
    const [warning = "", ...others] = await warningsOf(`${WORKER}t_task:\n  <<: ${value}\n`);
    assert.match(warning, /^3:7 Merging with "<<": only an alias/);
    assert.deepEqual(others, []);
  });
}
