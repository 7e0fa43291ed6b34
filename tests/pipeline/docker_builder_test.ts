import assert from "node:assert/strict";
import { assertError, taskOf, tasksOf } from "./reading.ts";

Deno.test("a docker_builder without fields is a clone on linux", async () => {
  for (const value of ["", "{}"]) {
    const task = await taskOf(`docker_builder: ${value}\n`);
    assert.equal(task.name, "main");
    assert.deepEqual(task.environment, { CIRRUS_OS: "linux" });
    assert.deepEqual(task.instance, {
      "@type": "type.googleapis.com/org.cirruslabs.ci.services.cirruscigrpc.DockerBuilder",
    });
    assert.deepEqual(task.commands?.map(({ name }) => name), ["clone"]);
  }
});

const systems: [fields: string, os: string, name: string, platform: string | undefined][] = [
  ["{name: on $CIRRUS_OS, platform: Windows}", "Windows", "on linux", "WINDOWS"],
  ["{platform: Windows, name: on $CIRRUS_OS}", "Windows", "on Windows", "WINDOWS"],
  ["{env: {CIRRUS_OS: x}, name: on $CIRRUS_OS}", "x", "on x", undefined],
  ["{platform: $P, env: {CIRRUS_OS: x, P: darwin}}", "darwin", "main", "DARWIN"],
];

for (const [fields, os, name, platform] of systems) {
  Deno.test(`docker_builder: ${fields}`, async () => {
    const task = await taskOf(`docker_builder: ${fields}\n`);
    assert.equal(task.environment?.CIRRUS_OS, os);
    assert.equal(task.name, name);
    assert.equal(task.instance?.platform, platform);
  });
}

Deno.test("a docker_builder has what tasks have, but its instance keys have no effect", async () => {
  const task = await taskOf(
    "persistent_worker: {labels: broken}\nb_docker_builder:\n  env: {V: 1}\n  os_version: x$V\n  container: {cpu: x}\n" +
      "  dockerfile: {path: p, from_contents: c}\n  a_cache: {folder: f}\n  c_script: x\n  timeout_in: 1\n",
  );
  assert.equal(task.name, "b");
  assert.equal(task.instance?.osVersion, "x1");
  assert.equal(task.metadata.properties.timeout_in, "60");
  assert.deepEqual(task.commands?.map(({ name }) => name), ["clone", "docker", "a", "c", "Upload 'a' cache"]);
});

Deno.test("skip of a docker_builder sees the old system, only_if the new one", async () => {
  const tasks = await tasksOf(
    "docker_builder:\n  platform: windows\n  skip: $CIRRUS_OS == 'linux'\n  only_if: $CIRRUS_OS == 'windows'\n",
  );
  assert.deepEqual(tasks.map(({ status }) => status), ["SKIPPED"]);
});

for (const platform of ["", "beos", "[linux]"]) {
  Deno.test(`docker_builder with platform: ${platform} is an error`, async () => {
    await assertError(`docker_builder:\n  platform: ${platform}\n`, { place: "2:3", text: "platform" });
  });
}
