import assert from "node:assert/strict";
import { assertError, errorsOf, taskOf, tasksOf, warningsOf } from "./reading.ts";

const HEAD = "t_task:\n  persistent_worker: {}\n";

const names: [written: string, name: string][] = [
  ["x", "x"],
  ["''", "t"],
  ["", "t"],
  ["a $V b", "a 1 b"],
  ["$UNKNOWN", "$UNKNOWN"],
];

for (const [written, name] of names) {
  Deno.test(`name: ${written} is ${name}`, async () => {
    assert.equal((await taskOf(`${HEAD}  name: ${written}\n  env: {V: 1}\n`)).name, name);
  });
}

Deno.test("alias is a property, expanded, even if empty", async () => {
  const aliasOf = async (alias: string) =>
    (await taskOf(`${HEAD}  alias: ${alias}\n  env: {V: 1}\n`)).metadata.properties.alias;
  assert.equal(await aliasOf("a$V"), "a1");
  assert.equal(await aliasOf(""), "");
});

Deno.test("properties without fields are the presets", async () => {
  assert.deepEqual((await taskOf(HEAD)).metadata.properties, {
    allow_failures: "false",
    experimental: "false",
    indexWithinBuild: "0",
    timeout_in: "3600",
    trigger_type: "AUTOMATIC",
  });
});

const branches: [host: Record<string, string>, value: string | undefined][] = [
  [{}, undefined],
  [{ CIRRUS_BRANCH: "a", CIRRUS_DEFAULT_BRANCH: "a" }, undefined],
  [{ CIRRUS_BRANCH: "a", CIRRUS_DEFAULT_BRANCH: "main" }, "true"],
  [{ CIRRUS_BRANCH: "a" }, "true"],
  [{ CIRRUS_DEFAULT_BRANCH: "main" }, "true"],
];

for (const [host, value] of branches) {
  Deno.test(`auto_cancellation is preset to ${value} with ${JSON.stringify(host)}`, async () => {
    assert.equal((await taskOf(HEAD, { host })).metadata.properties.auto_cancellation, value);
  });
}

const timeouts: [written: string, seconds: string][] = [
  ["90s", "90"],
  ["90S", "90"],
  ["30m", "1800"],
  ["2h", "7200"],
  ["2H", "7200"],
  ["30", "1800"],
  ["0", "0"],
  ["$V", "300"],
  ["4294967295s", "4294967295"],
];

for (const [written, seconds] of timeouts) {
  Deno.test(`timeout_in: ${written} is ${seconds} seconds`, async () => {
    const { metadata } = await taskOf(`${HEAD}  timeout_in: ${written}\n  env: {V: 5}\n`);
    assert.equal(metadata.properties.timeout_in, seconds);
  });
}

for (
  const written of [
    "1d",
    "1h30m",
    "1.5h",
    "-5",
    "",
    "soon",
    "5 m",
    "71582789",
    "4294967296s",
    "[5]",
    "{a: b}",
  ]
) {
  Deno.test(`timeout_in: ${written} is an error`, async () => {
    await assertError(`${HEAD}  timeout_in: ${written}\n`, { place: "3:3", text: "timeout_in" });
  });
}

const skips: [written: string, status: string | undefined][] = [
  ["true", "SKIPPED"],
  ["false", undefined],
  ["$V == '1'", "SKIPPED"],
  ["$ZERO", undefined],
];

for (const [written, status] of skips) {
  Deno.test(`skip: ${written} makes the status ${status ?? "CREATED"}`, async () => {
    const source = `${HEAD}  skip: ${written}\n  env: {V: 1, ZERO: 0}\n`;
    assert.equal((await taskOf(source)).status, status);
  });
}

for (const field of ["skip", "allow_failures"]) {
  Deno.test(`an empty ${field} is an error`, async () => {
    await assertError(`${HEAD}  ${field}:\n`, { place: "3:3", text: "it is empty" });
  });
}

for (const field of ["name", "alias", "only_if", "skip", "timeout_in", "allow_failures"]) {
  for (const value of ["[a]", "{a: b}"]) {
    Deno.test(`${field}: ${value} is an error, for it must be a scalar`, async () => {
      await assertError(`${HEAD}  ${field}: ${value}\n`, { place: "3:3", text: "must be a scalar" });
    });
  }
}

Deno.test("a skipped task stays, and others may wait for it", async () => {
  const tasks = await tasksOf(
    "persistent_worker: {}\na_task:\n  skip: true\nb_task:\n  depends_on: a\n",
  );
  assert.deepEqual(tasks.map(({ requiredGroups = [] }) => requiredGroups), [[], ["0"]]);
});

Deno.test("a task that only_if leaves out takes an id but no index", async () => {
  const tasks = await tasksOf(
    "persistent_worker: {}\na_task: {}\nb_task:\n  only_if: false\nc_task: {}\n",
  );
  assert.deepEqual(
    tasks.map(({ localGroupId = "0", metadata }) => [localGroupId, metadata.properties.indexWithinBuild]),
    [["0", "0"], ["2", "1"]],
  );
});

const conditions: [only_if: string, enabled: boolean][] = [
  ["", true],
  ["''", true],
  ["true", true],
  ["false", false],
  ["$CIRRUS_TASK_NAME == 't'", true],
  ["$CIRRUS_TASK_NAME == 'u'", false],
  ["$V == 'named t'", true],
  ["$CIRRUS_BRANCH == 'host'", true],
];

for (const [condition, enabled] of conditions) {
  Deno.test(`a task with only_if: ${condition} is ${enabled ? "there" : "left out"}`, async () => {
    const source =
      `${HEAD}  env:\n    V: named $CIRRUS_TASK_NAME\n    CIRRUS_BRANCH: task\n  only_if: ${condition}\n`;
    assert.equal((await tasksOf(source, { host: { CIRRUS_BRANCH: "host" } })).length, enabled ? 1 : 0);
  });
}

Deno.test("in only_if the name of the task beats its environment, and the host beats both", async () => {
  const source = `${HEAD}  env: {CIRRUS_TASK_NAME: u}\n  only_if: $CIRRUS_TASK_NAME == 't'\n`;
  assert.equal((await tasksOf(source)).length, 1);
  assert.equal((await tasksOf(source, { host: { CIRRUS_TASK_NAME: "v" } })).length, 0);
});

Deno.test("only_if of the root holds for each task by its own name", async () => {
  const tasks = await tasksOf(
    "persistent_worker: {}\nonly_if: $CIRRUS_TASK_NAME == 'b'\na_task: {}\nb_task: {}\n",
  );
  assert.deepEqual(tasks.map(({ name }) => name), ["b"]);
});

Deno.test("a task that is left out has been read all the same", async () => {
  await assertError(`${HEAD}  only_if: false\n  timeout_in: x\n`, { place: "4:3", text: "timeout_in" });
  assert.deepEqual(
    await errorsOf(`${HEAD}  only_if: false\n  a_script: x\n  a_cache: {folder: f}\n`),
    [],
  );
});

const declared: [type: "bool" | "string" | "list", written: string, value: string][] = [
  ["bool", "$V == '1'", "true"],
  ["bool", "\"'f'\"", "false"],
  ["string", "x$V", "x1"],
  ["list", "[a, b$V]", "a\nb1"],
  ["list", "$L", "x\ny"],
];

for (const [type, written, value] of declared) {
  Deno.test(`a property declared as ${type} written ${written} is ${JSON.stringify(value)}`, async () => {
    const source = `${HEAD}  lock: ${written}\n  env: {V: 1, L: '[x, y]'}\n`;
    const { metadata } = await taskOf(source, { taskProperties: { lock: type } });
    assert.equal(metadata.properties.lock, value);
  });
}

Deno.test("a property that is declared may stand at the root, one that is not has no effect", async () => {
  const source = "persistent_worker: {}\nstateful: true\ntrigger_type: manual\nt_task: {}\n";
  const { metadata: { properties } } = await taskOf(source, { taskProperties: { trigger_type: "string" } });
  assert.equal(properties.trigger_type, "manual");
  assert.equal(properties.stateful, undefined);
});

Deno.test("fields named like members of objects are unknown and no more", async () => {
  const source =
    `${HEAD}  constructor: x\n  toString: y\n  __proto__: z\n  env: {__proto__: p, constructor: c}\n`;
  assert.deepEqual(Object.entries((await taskOf(source)).environment ?? {}), [
    ["__proto__", "p"],
    ["constructor", "c"],
  ]);
  assert.equal((await warningsOf(source)).length, 3);
});

const unknown: [key: string, meant: string][] = [
  ["depend_on", "depends_on"],
  ["on_sucess", "on_success"],
  ["build_scrpit", "build_script"],
  ["timeoutin", "timeout_in"],
  ["upload_cache_", "upload_caches"],
];

for (const [key, meant] of unknown) {
  Deno.test(`the unknown key ${key} is warned about, with ${meant} for it`, async () => {
    const [warning = "", ...others] = await warningsOf(`${HEAD}  ${key}: x\n`);
    assert(warning.startsWith("3:3 ") && warning.endsWith(`did you mean "${meant}"?`), warning);
    assert.deepEqual(others, []);
  });
}

Deno.test("values that only the cloud could decrypt are warned about", async () => {
  const warnings = await warningsOf(
    `${HEAD}  env:\n    A: ENCRYPTED[abc]\n    B: ENCRYPTED[!abc!]\n    C: x\n`,
  );
  assert.deepEqual(warnings.map((warning) => warning.split(" ")[0]), ["4:5", "5:5"]);
});
