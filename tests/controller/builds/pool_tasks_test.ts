import assert from "node:assert/strict";
import { readSubmission } from "../../../lib/controller/builds/submission.ts";
import { workerInstanceOf } from "../../../lib/controller/builds/task_definition.ts";

const SUBMISSION = {
  path: ".cirrus.yml",
  environment: new Map<string, string>(),
  secretsToMask: [],
  affectedFiles: [],
  repository: {},
};

/** The tasks that a controller makes of a definition, and why it skips some, by their names. */
async function submitted(definition: string) {
  const files = { "ci/Dockerfile": btoa("FROM debian:12") };
  const { build: { tasks, skip } } = await readSubmission({ ...SUBMISSION, definition, files });
  const reasons = tasks.map(({ name, localGroupId }) => [name, skip?.get(localGroupId)] as const);
  return {
    worker: (name: string) => {
      const task = tasks.find((task) => task.name === name);
      const { isolation, labels } = (task && workerInstanceOf(task)) ?? {};
      return { isolation: isolation?.type.case, value: isolation?.type.value, labels };
    },
    reasons: Object.fromEntries(reasons),
  };
}

Deno.test("a task with a container is for a Linux worker of its architecture, which runs it in that container", async () => {
  const { worker, reasons } = await submitted(`
build_task:
  container: { image: "debian:12", cpu: 3, memory: 5G }
  build_script: make
arm_task:
  arm_container: { image: "debian:12" }
  build_script: make
`);
  assert.deepEqual(reasons, { build: undefined, arm: undefined });
  const { isolation, value, labels } = worker("build");
  assert.equal(isolation, "container");
  assert.deepEqual(labels, { os: "linux", arch: "amd64" });
  assert.partialDeepStrictEqual(value, { image: "debian:12", cpu: 3, memory: 5 * 1024 });
  assert.deepEqual(worker("arm").labels, { os: "linux", arch: "arm64" });
});

Deno.test("a task with a macos_instance is for a Mac, which runs it in a virtual machine of Tart", async () => {
  const { worker, reasons } = await submitted(`
mac_task:
  macos_instance: { image: "ghcr.io/cirruslabs/macos-tahoe-base:latest" }
  build_script: make
`);
  assert.deepEqual(reasons, { mac: undefined });
  const { isolation, value, labels } = worker("mac");
  assert.equal(isolation, "tart");
  assert.deepEqual(labels, { os: "darwin", arch: "arm64" });
  assert.partialDeepStrictEqual(value, {
    image: "ghcr.io/cirruslabs/macos-tahoe-base:latest",
    user: "admin",
  });
});

Deno.test("a container that no worker can run is skipped, and it is said why and what to do", async () => {
  const { reasons } = await submitted(`
good_task:
  persistent_worker: {}
  a_script: "true"
windows_task:
  windows_container: { image: x }
  a_script: "true"
beside_task:
  container:
    image: x
    additional_containers: [{ name: db, image: y, port: 1, cpu: 1, memory: 1 }]
  a_script: "true"
built_task:
  container: { dockerfile: ci/Dockerfile }
  a_script: "true"
builder_docker_builder:
  a_script: "true"
`);
  const image =
    'only "cirrus run" builds images, and this one is of ci/Dockerfile: push it to a registry, and ' +
    "name it by container: {image: ...}";
  assert.deepEqual(reasons, {
    good: undefined,
    windows: "it needs a windows container, and only Linux ones are supported here",
    beside: "additional_containers are not supported here",
    built: image,
    builder: "it needs a docker_builder, not a persistent_worker",
    "Prebuild ci/Dockerfile": image,
  });
});
