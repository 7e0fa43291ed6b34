import assert from "node:assert/strict";
import { parse } from "./reading.ts";

const many = (count: number, write: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => write(index)).join("");

const TOO_MUCH_WORK =
  /^Reading the file: its expressions and variables up to here take too long; write fewer or simpler ones$/;

for (
  const [what, source, message] of [
    [
      "more tasks than what they inherit allows",
      `persistent_worker: {}\nenv:\n${many(10_000, (index) => `  A${index}: b\n`)}${
        many(450, (index) => `t${index}_task: {}\n`)
      }`,
      /^Reading the file: there are too many tasks for all that they inherit/,
    ],
    [
      "tasks that wait for more others than can be",
      `persistent_worker: {}\n${many(1_100, () => "a_task: {}\n")}${
        many(1_000, (index) => `t${index}_task: {depends_on: a}\n`)
      }`,
      /^Reading "depends_on": tasks wait for more than 100000 others in all/,
    ],
    [
      "more tasks than can be",
      `persistent_worker: {}\n${many(10_001, () => "a_task:\n")}`,
      /^Reading the file: it has more than 10000 tasks/,
    ],
    [
      "more commands than a controller can store at once",
      `persistent_worker: {}\na_task:\n  matrix:\n${many(3_000, (index) => `    - name: a${index}\n`)}${
        many(40, (index) => `  s${index}_script: x\n`)
      }`,
      /^Reading the file: its tasks have more than 100000 commands in all/,
    ],
    [
      "thousands of patterns that take long to match",
      `persistent_worker: {}\nenv: {A: ${"a".repeat(1_000)}}\n${
        many(3_000, (index) => `t${index}_task: {only_if: "$A =~ '(.*a){20}b${index}'"}\n`)
      }`,
      TOO_MUCH_WORK,
    ],
    [
      "a pattern that takes long to compile",
      `t_task: {persistent_worker: {}, only_if: "'a' =~ '${"a{1000}".repeat(9_000)}'"}\n`,
      TOO_MUCH_WORK,
    ],
    [
      "long texts that are looked for in longer ones",
      `persistent_worker: {}\nenv: {A: ${"a".repeat(100_000)}, B: ${"a".repeat(2_000)}b}\n${
        many(300, (index) => `t${index}_task: {only_if: $B in $A}\n`)
      }`,
      TOO_MUCH_WORK,
    ],
    [
      "maps that each merge the one before",
      `m0: &m0 {a: b}\n${
        many(10_000, (index) => `m${index + 1}: &m${index + 1} {<<: *m${index}, k${index}: v}\n`)
      }`,
      /^Reading YAML: written out in full, the aliases and merges here are too much$/,
    ],
    [
      "thousands of matrices of one entry in one task",
      `persistent_worker: {}\nt_task:\n${many(15_000, (index) => `  matrix: {a${index}: b}\n`)}`,
      /^Expanding a matrix: it makes too many tasks, or too large ones/,
    ],
    [
      "thousands of containers that many tasks inherit",
      `container: {image: a, additional_containers: [${many(3_000, () => "{image: a},")}]}\n${
        many(100, (index) => `t${index}_task: {container: {cpu: 1}}\n`)
      }`,
      TOO_MUCH_WORK,
    ],
    [
      "a long text with many variables to look for in many tasks",
      `persistent_worker: {}\nenv:\n${many(1_500, (index) => `  V${index}: x\n`)}x: &x "${
        "$V ".repeat(50_000)
      }"\n${many(150, (index) => `t${index}_task: {name: *x}\n`)}`,
      TOO_MUCH_WORK,
    ],
  ] as const
) {
  Deno.test(`a file with ${what} is one error with a place`, async () => {
    const { tasks, diagnostics } = await parse(source);
    assert.deepEqual(tasks, []);
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    assert.equal(errors.length, 1);
    assert.match(errors[0]?.message ?? "", message);
    assert.ok(errors[0]?.position);
  });
}

Deno.test("a file with more tasks than what variables from outside allow is one error with a place", async () => {
  const host = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`V${index}`, "x"]));
  const source = `persistent_worker: {}\n${many(100, (index) => `t${index}_task: {name: $A}\n`)}`;
  const { tasks, diagnostics } = await parse(source, { host });
  assert.deepEqual(tasks, []);
  assert.deepEqual(diagnostics.map(({ message, position }) => [message.slice(0, 40), position?.line]), [
    ["Reading the file: there are too many tas", 22],
  ]);
});

Deno.test("a file of ten thousand caches with an upload for each is read", async () => {
  const names = Array.from({ length: 10_000 }, (_, index) => `c${index}`);
  const caches = names.map((name) => `  ${name}_cache: {folder: x}\n`).join("");
  const { tasks, diagnostics } = await parse(
    `persistent_worker: {}\na_task:\n${caches}  upload_caches: [${names.join(",")}]\n`,
  );
  assert.deepEqual(diagnostics, []);
  assert.equal(tasks[0]?.commands.length, 20_001);
});

Deno.test("a file of thousands of caches that are each uploaded at once is read", async () => {
  const caches = many(5_000, (index) => `  c${index}_cache: {folder: x}\n  upload_caches: c${index}\n`);
  const { tasks, diagnostics } = await parse(`persistent_worker: {}\na_task:\n${caches}`);
  assert.deepEqual(diagnostics, []);
  assert.equal(tasks[0]?.commands.length, 10_001);
});

Deno.test("a file of tens of thousands of environments in one task is read", async () => {
  const { tasks, diagnostics } = await parse(
    `persistent_worker: {}\na_task:\n${many(20_000, (index) => `  env: {A${index}: b}\n`)}`,
  );
  assert.deepEqual(diagnostics, []);
  assert.equal(Object.keys(tasks[0]?.environment ?? {}).length, 20_000);
});

Deno.test("a file of ten thousand misspelt keys is read, with a warning for each", async () => {
  const keys = many(10_000, (index) => `  misspelt_so_that_nothing_is_near_${index}: x\n`);
  const { diagnostics } = await parse(`persistent_worker: {}\na_task:\n${keys}`);
  assert.equal(diagnostics.length, 10_000);
});

Deno.test("a file of thousands of copies with misspelt keys is read, with a warning for each key", async () => {
  const copies = many(4_000, (index) => `    - name: a${index}\n`);
  const keys = many(200, (index) => `  misspelt_environment_${index}: x\n`);
  const { tasks, diagnostics } = await parse(`persistent_worker: {}\na_task:\n  matrix:\n${copies}${keys}`);
  assert.equal(tasks.length, 4_000);
  assert.equal(diagnostics.length, 200);
});

Deno.test("thousands of tasks that wait for ones that are not there are an error each", async () => {
  const { diagnostics } = await parse(
    `persistent_worker: {}\n${many(8_000, (index) => `a${index}_task: {depends_on: b${index}}\n`)}`,
  );
  assert.equal(diagnostics.length, 8_000);
  assert.match(diagnostics[0]?.message ?? "", /there is no task "b0"; did you mean "a0"\?$/);
});

Deno.test("a condition of the root with many globs is computed for many tasks and files", async () => {
  const globs = Array.from({ length: 1_000 }, (_, index) => `'part${index}/**/*.cpp'`).join(", ");
  const affectedFiles = Array.from(
    { length: 50 },
    (_, index) => `part${index % 9}/some/where/file${index}.cpp`,
  );
  const { tasks, diagnostics } = await parse(
    `persistent_worker: {}\nonly_if: changesIncludeOnly(${globs})\n${
      many(1_500, (index) => `t${index}_task: {}\n`)
    }`,
    { affectedFiles },
  );
  assert.deepEqual(diagnostics, []);
  assert.equal(tasks.length, 1_500);
});
