import assert from "node:assert/strict";
import { tasksOf } from "./reading.ts";

const rows: Record<string, { source: string; labels: (readonly string[])[] }> = {
  "none for a name of its own": {
    source: "persistent_worker: {}\na_task: {env: {A: 1}}\nb_task: {env: {A: 2}}\n",
    labels: [[], []],
  },
  "the variables that differ, sorted": {
    source:
      "persistent_worker: {}\nt_task:\n  env: {B: same}\n  matrix:\n    - env: {Z: 1, A: 1}\n    - env: {Z: 2, A: 1}\n    - env: {A: ''}\n",
    labels: [["A:1", "Z:1"], ["A:1", "Z:2"], ["A:"]],
  },
  "no encrypted ones": {
    source:
      "persistent_worker: {}\nt_task: {env: {A: 'ENCRYPTED[x]'}}\nt_task: {env: {A: 'ENCRYPTED[y]', B: 1}}\n",
    labels: [[], ["B:1"]],
  },
  "labels of workers are none": {
    source: "t_task: {persistent_worker: {labels: {a: b}}}\nt_task: {persistent_worker: {labels: {a: c}}}\n",
    labels: [[], []],
  },
  "of instances of several kinds": {
    source:
      "n_task: {container: {image: a}, env: {A: 1}}\nn_task: {windows_container: {image: w}}\nn_pipe: {steps: []}\n",
    labels: [
      ["A:1", "CIRRUS_OS:linux", "container:a"],
      ["CIRRUS_OS:windows", "container:w", "os:2019"],
      ["CIRRUS_OS:linux", "pipe"],
    ],
  },
  "of containers beside the task's": {
    source:
      "n_task: {container: {image: a, additional_containers: [{name: db, image: p}, {name: x, image: ''}]}}\nn_task: {container: {}}\n",
    labels: [["container:a", "db:p"], []],
  },
  "those left out do not count": {
    source: "persistent_worker: {}\na_task: {env: {A: 1}}\na_task: {env: {A: 2}, only_if: false}\n",
    labels: [[]],
  },
};

for (const [what, { source, labels }] of Object.entries(rows)) {
  Deno.test(`unique labels: ${what}`, async () => {
    const tasks = await tasksOf(source);
    assert.deepEqual(tasks.map(({ metadata }) => metadata.uniqueLabels ?? []), labels);
  });
}

Deno.test("unique labels: none at all for a task without an instance", async () => {
  const tasks = await tasksOf("t_task: {env: {A: 1}}\nt_task: {env: {A: 2}, persistent_worker: {}}\n", {
    allowMissingInstances: true,
  });
  assert.deepEqual(tasks.map(({ metadata }) => metadata.uniqueLabels ?? []), [[], ["A:2"]]);
});

Deno.test("unique labels: a Dockerfile with its arguments stands for the image", async () => {
  const tasks = await tasksOf(
    "t_task: {container: {dockerfile: D, docker_arguments: {A: b}}}\nt_task: {container: {image: i}}\n",
    { files: { D: "FROM x\n" } },
  );
  assert.deepEqual(tasks.slice(0, 2).map(({ metadata }) => metadata.uniqueLabels), [
    ["A:b", "Dockerfile:D"],
    ["container:i"],
  ]);
});
