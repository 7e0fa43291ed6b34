import assert from "node:assert/strict";
import { assertError, errorsOf, instanceOf, taskOf, warningsOf } from "./reading.ts";

type Row = [what: string, root: string, task: string, expected: unknown];

const instances: Row[] = [
  [
    "a map of the task merges into the root's",
    "persistent_worker: {labels: {a: 1, b: 1}}",
    "persistent_worker: {labels: {b: 2, c: 2}}",
    {
      labels: { a: "1", b: "2", c: "2" },
    },
  ],
  ["an empty map keeps the root's", "persistent_worker: {labels: {a: 1}}", "persistent_worker: {}", {
    labels: { a: "1" },
  }],
  ["null wipes the root's", "persistent_worker: {labels: {a: 1}}", "persistent_worker:", {}],
  [
    "empty resources keep the root's",
    "persistent_worker: {resources: {a: 1}}",
    "persistent_worker: {resources: {}}",
    {
      resources: { a: 1 },
    },
  ],
  [
    "labels as a list replace a map",
    "persistent_worker: {labels: {a: 1}}",
    "persistent_worker: {labels: [{b: 2}]}",
    {
      labels: { b: "2" },
    },
  ],
  [
    "another isolation of the task is the later one",
    "persistent_worker: {isolation: {tart: {image: a}}}",
    "persistent_worker: {isolation: {container: {image: b}}}",
    { isolation: { container: { image: "b", cpu: 2, memory: 4096 } } },
  ],
  [
    "the same isolation merges",
    "persistent_worker: {isolation: {tart: {image: a, user: u}}}",
    "persistent_worker: {isolation: {tart: {image: b}}}",
    { isolation: { tart: { image: "b", user: "u", password: "admin" } } },
  ],
  [
    "volumes are replaced, not accumulated",
    "persistent_worker: {isolation: {tart: {volumes: [{source: a}]}}}",
    "persistent_worker: {isolation: {tart: {volumes: [{source: b}]}}}",
    { isolation: { tart: { user: "admin", password: "admin", volumes: [{ source: "b" }] } } },
  ],
  [
    "several occurrences fold in their order",
    "persistent_worker: {labels: {a: 1}}\npersistent_worker: {labels: {a: 2, b: 2}}",
    "persistent_worker: {labels: {b: 3}}\n  persistent_worker: {labels: {c: 4}}",
    { labels: { a: "2", b: "3", c: "4" } },
  ],
  [
    "duplicates right below fold too",
    "x: 1",
    "persistent_worker:\n    labels: {a: 1}\n    labels: {b: 2}",
    { labels: { a: "1", b: "2" } },
  ],
  [
    "deeper ones do not: the last counts",
    "x: 1",
    "persistent_worker:\n    isolation:\n      tart: {image: a, user: u}\n      tart: {image: b}",
    { isolation: { tart: { image: "b", user: "admin", password: "admin" } } },
  ],
  [
    "deeper ones that the root has not do not fold either",
    "persistent_worker: {isolation: {}}",
    "persistent_worker:\n    isolation:\n      tart: {image: a, user: u}\n      tart: {image: b}",
    { isolation: { tart: { image: "b", user: "admin", password: "admin" } } },
  ],
  [
    "below a duplicate they fold",
    "x: 1",
    "persistent_worker:\n    isolation: {}\n    isolation:\n      tart: {image: a, user: u}\n      tart: {image: b}",
    { isolation: { tart: { image: "b", user: "u", password: "admin" } } },
  ],
];

for (const [what, root, task, expected] of instances) {
  Deno.test(`persistent_worker of root and task: ${what}`, async () => {
    assert.deepEqual(await instanceOf(`${root}\nt_task:\n  ${task}\n`), expected);
  });
}

const environments: Row[] = [
  ["maps merge", "env: {A: r, B: r}", "env: {B: t, C: t}", { A: "r", B: "t", C: "t" }],
  ["lists of maps mix with maps", "env: [{A: r}, {B: r}]", "env: {B: t}", { A: "r", B: "t" }],
  ["env beats environment", "x: 1", "environment: {A: long}\n  env: {A: short}", { A: "short" }],
  ["environment beats env when the task has it last", "x: 1", "env: {A: short}\n  environment: {A: long}", {
    A: "long",
  }],
  ["environment of the task beats env of the root", "env: {A: short}", "environment: {A: long}", {
    A: "long",
  }],
  ["duplicates: the later wins", "env: {A: 1}\nenv: {A: 2}", "name: t", { A: "2" }],
  ["null is empty", "x: 1", "env: {A: , B: ~}", { A: "", B: "~" }],
  ["lists are lines", "x: 1", "env: {A: [a, b, ~, 'c']}", { A: "a\nb\nc" }],
  ["values are stored as they are written", "x: 1", "env: {A: $B, B: x}", { A: "$B", B: "x" }],
  ["an empty list is fine", "env: {A: r}", "env: []", { A: "r" }],
];

for (const [what, root, task, expected] of environments) {
  Deno.test(`env of root and task: ${what}`, async () => {
    const { environment } = await taskOf(`${root}\nt_task:\n  persistent_worker: {}\n  ${task}\n`);
    assert.deepEqual(environment, expected);
  });
}

const wrong: [what: string, env: string, place: string, text: string][] = [
  ["a scalar", "a", "3:3", "a map or a list of maps"],
  ["null", "", "3:3", "a map or a list of maps"],
  ["a list with a scalar", "[a]", "3:9", "each item must be a map"],
  ["a map as a value", "{A: {b: c}}", "3:9", "a scalar or a list of scalars"],
  ["a map in a list as a value", "{A: [{b: c}]}", "3:13", "each item must be a scalar"],
];

for (const [what, env, place, text] of wrong) {
  Deno.test(`env: ${what} is an error`, async () => {
    await assertError(`t_task:\n  persistent_worker: {}\n  env: ${env}\n`, { place, text });
  });
}

const properties: [field: string, root: string, task: string, property: string, value: string][] = [
  ["timeout_in", "5m", "6m", "timeout_in", "360"],
  ["allow_failures", "true", "false", "allow_failures", "false"],
];

for (const [field, root, task, property, value] of properties) {
  Deno.test(`${field} may stand at the root, and the task's wins`, async () => {
    const inherited = await taskOf(`persistent_worker: {}\n${field}: ${task}\nt_task: {}\n`);
    assert.equal(inherited.metadata.properties[property], value);
    const own = await taskOf(`persistent_worker: {}\n${field}: ${root}\nt_task:\n  ${field}: ${task}\n`);
    assert.equal(own.metadata.properties[property], value);
  });
}

const kinds: [what: string, root: string, task: string, kind: string][] = [
  [
    "the last of the task counts",
    "x: 1",
    "persistent_worker: {}\n  container: {image: a}",
    "ContainerInstance",
  ],
  [
    "whatever their kind",
    "x: 1",
    "container: {image: a}\n  persistent_worker: {}",
    "PersistentWorkerInstance",
  ],
  ["the task's beats the root's", "persistent_worker: {}", "container: {image: a}", "ContainerInstance"],
  [
    "persistent_worker beats others at the root",
    "persistent_worker: {}\ncontainer: {image: a}",
    "x: 1",
    "PersistentWorkerInstance",
  ],
  [
    "macos_instance beats containers there",
    "macos_instance: {}\ncontainer: {image: a}\nwindows_container: {}",
    "x: 1",
    "MacOSInstance",
  ],
  [
    "a broken one at the root is harmless beside another",
    "persistent_worker: {labels: a}\ncontainer: {image: a}",
    "x: 1",
    "ContainerInstance",
  ],
];

for (const [what, root, task, kind] of kinds) {
  Deno.test(`several instances: ${what}`, async () => {
    const { instance } = await taskOf(`${root}\nt_task:\n  ${task}\n`);
    assert.equal(instance?.["@type"], `type.googleapis.com/org.cirruslabs.ci.services.cirruscigrpc.${kind}`);
  });
}

Deno.test("a broken instance of the task is an error though another one can be read", async () => {
  await assertError("persistent_worker: {}\nt_task:\n  container: {memory: x}\n  persistent_worker: {}\n", {
    place: "3:15",
    text: "no amount of memory",
  });
});

Deno.test("a broken instance of the root is an error where there is no other", async () => {
  await assertError("persistent_worker: {labels: a}\nt_task: {}\n", { place: "1:21", text: "labels" });
  await assertError("persistent_worker: {labels: a}\nt_task: {}\n", {
    place: "1:21",
    text: "labels",
    surroundings: { allowMissingInstances: true },
  });
});

for (const instance of ["x: 1", "ec2_instance: {image: a}", "gce_instance: {}"]) {
  Deno.test(`a task with ${instance} has no instance`, async () => {
    await assertError(`t_task:\n  ${instance}\n`, {
      place: "1:1",
      text: "nothing says what the task runs on",
    });
    assert.equal(await instanceOf(`t_task:\n  ${instance}\n`, { allowMissingInstances: true }), undefined);
  });
}

const systems: [what: string, source: string, os: string | undefined][] = [
  ["of several isolations the last says it", "{isolation: {tart: {}, vetu: {}}}", undefined],
  ["in Tart it is darwin", "{isolation: {vetu: {}, tart: {}}}", "darwin"],
  ["in Parallels it is the platform", "{isolation: {parallels: {platform: Darwin}}}", "darwin"],
];

for (const [what, worker, os] of systems) {
  Deno.test(`CIRRUS_OS of a persistent_worker: ${what}`, async () => {
    assert.equal((await taskOf(`t_task: {persistent_worker: ${worker}}`)).environment?.CIRRUS_OS, os);
  });
}

Deno.test("the fields of an instance do not know what it says of CIRRUS_OS until it is read again in the task", async () => {
  const image = { image: "on $CIRRUS_OS", cpu: 2, memory: 4096 };
  assert.deepEqual(await instanceOf("container: {image: on $CIRRUS_OS}\nt_task: {}\n"), image);
  assert.deepEqual(await instanceOf("t_task: {container: {image: on $CIRRUS_OS}}\n"), {
    ...image,
    image: "on linux",
  });
});

Deno.test("an instance that cannot be read says nothing of CIRRUS_OS", async () => {
  const { environment } = await taskOf(
    "container: {memory: x}\npersistent_worker: {isolation: {vetu: {}}}\nt_task: {}\n",
  );
  assert.equal(environment?.CIRRUS_OS, undefined);
});

Deno.test("a task stays skipped once its condition held, though its environment changes", async () => {
  const { status } = await taskOf(
    "container: {image: a}\nt_task:\n  env: {CIRRUS_OS: z}\n  skip: $CIRRUS_OS == 'linux'\n",
  );
  assert.equal(status, "SKIPPED");
});

Deno.test("a warning about an instance of the root is told once for all tasks", async () => {
  const warnings = await warningsOf("persistent_worker: {lables: {}}\na_task: {}\nb_task: {}\n");
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? "", /^1:21 .*did you mean "labels"/);
});

Deno.test("an error in what the root says for all tasks is told once", async () => {
  assert.equal((await errorsOf("persistent_worker: {}\ntimeout_in: x\na_task: {}\nb_task: {}\n")).length, 1);
});
