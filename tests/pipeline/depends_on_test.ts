import assert from "node:assert/strict";
import { assertError, tasksOf, warningsOf } from "./reading.ts";

const ROOT = "persistent_worker: {}\n";

/** What the last task of the file waits for. */
async function groups(source: string): Promise<readonly string[]> {
  return (await tasksOf(ROOT + source)).at(-1)?.requiredGroups ?? [];
}

const AB = "a_task: {}\nb_task: {alias: bee}\n";

const rows: [what: string, source: string, groups: string[]][] = [
  ["one name", `${AB}t_task: {depends_on: a}\n`, ["0"]],
  ["a list, sorted by ids", `${AB}t_task: {depends_on: [b, a]}\n`, ["0", "1"]],
  ["an alias", `${AB}t_task: {depends_on: bee}\n`, ["1"]],
  ["twice the same", `${AB}t_task: {depends_on: [a, a]}\n`, ["0", "0"]],
  ["a name and its alias", `${AB}t_task: {depends_on: [b, bee]}\n`, ["1", "1"]],
  ["all tasks of a name", "a_task: {}\na_task: {}\nt_task: {depends_on: a}\n", ["0", "1"]],
  ["an empty list", `${AB}t_task: {depends_on: []}\n`, []],
  ["a variable", `${AB}t_task: {depends_on: $V, env: {V: a}}\n`, ["0"]],
  ["a variable with a list", `${AB}t_task: {depends_on: $V, env: {V: '[a , b]'}}\n`, ["0", "1"]],
  ["a matrix", "a_task:\n  matrix: [{env: {A: 1}}, {env: {A: 2}}]\nt_task: {depends_on: a}\n", ["0", "1"]],
];

for (const [what, source, expected] of rows) {
  Deno.test(`depends_on: ${what}`, async () => {
    assert.deepEqual(await groups(source), expected);
  });
}

Deno.test("depends_on: a task further below", async () => {
  const [first] = await tasksOf(`${ROOT}t_task: {depends_on: a}\na_task: {}\n`);
  assert.deepEqual(first?.requiredGroups, ["1"]);
});

const wrong: [what: string, source: string, place: string, text: string][] = [
  ["an unknown name", "t_task:\n  depends_on: x\n", "3:3", 'no task "x"'],
  ["a misspelt name", "build_task: {}\nt_task:\n  depends_on: biuld\n", "4:3", 'did you mean "build"?'],
  [
    "a name that name: replaced",
    "a_task: {name: Alpha}\nt_task:\n  depends_on: a\n",
    "4:3",
    'did you mean "Alpha"?',
  ],
  ["a literal in brackets", `${AB}t_task:\n  depends_on: "[a, b]"\n`, "5:3", 'no task "[a, b]"'],
  ["itself", "t_task:\n  depends_on: t\n", "3:3", '"t"'],
  ["a circle", "a_task:\n  depends_on: b\nb_task:\n  depends_on: a\nc_task: {}\n", "3:3", '"a", "b"'],
  ["null", "t_task:\n  depends_on:\n", "3:3", "wait for each other"],
  ["a map", "t_task:\n  depends_on: {a: b}\n", "3:3", "a scalar or a list of scalars"],
  ["a list with a list", "t_task:\n  depends_on: [[a]]\n", "3:3", "each item must be a scalar"],
];

for (const [what, source, place, text] of wrong) {
  Deno.test(`depends_on: ${what} is an error`, () => assertError(ROOT + source, { place, text }));
}

Deno.test("depends_on: a task that is left out is passed over with a warning", async () => {
  const source = "a_task: {only_if: false, alias: x}\nt_task:\n  depends_on: [a, x]\n";
  assert.deepEqual(await groups(source), []);
  const warnings = await warningsOf(ROOT + source);
  assert.deepEqual(warnings.map((warning) => warning.split(" ")[0]), ["3:1", "3:1"]);
});

Deno.test("depends_on: an empty name is warned about", async () => {
  const [warning = "", ...others] = await warningsOf(`${ROOT}t_task:\n  depends_on:\n`);
  assert(warning.startsWith("3:3 ") && warning.includes("write []"), warning);
  assert.deepEqual(others, []);
});

const conditions: [what: string, dependency: string, dependent: string, warned: boolean][] = [
  ["the same", "only_if: 'true'", "only_if: 'true'", false],
  ["another", "only_if: 'true'", "only_if: true || false", true],
  ["one of the dependency alone", "only_if: 'true'", "x: y", true],
  ["one of the dependent alone", "name: a", "only_if: 'true'", false],
];

for (const [what, dependency, dependent, warned] of conditions) {
  Deno.test(`depends_on with only_if, ${what}: ${warned ? "a warning" : "no warning"}`, async () => {
    const warnings = await warningsOf(
      `${ROOT}a_task:\n  ${dependency}\nt_task:\n  depends_on: a\n  ${dependent}\n`,
    );
    assert.deepEqual(warnings.filter((warning) => warning.includes("only_if")).length, warned ? 1 : 0);
    if (warned) assert.match(warnings[0] ?? "", /^4:1 /);
  });
}

Deno.test("a file whose tasks are all left out has no errors of dependencies", async () => {
  assert.deepEqual(await tasksOf(`${ROOT}t_task: {only_if: false, depends_on: x}\n`), []);
});
