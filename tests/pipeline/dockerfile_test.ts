import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { assertError, taskOf, tasksOf, warningsOf } from "./reading.ts";

const md5 = (text: string) => createHash("md5").update(text).digest("hex");
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** The hash of the only image that a container of `D` with `fields` needs. */
async function hashOf(
  files: Record<string, string>,
  { fields = "", env = "{}" }: { fields?: string; env?: string } = {},
): Promise<string | undefined> {
  const [task] = await tasksOf(`t_task:\n  env: ${env}\n  container: {dockerfile: D${fields}}\n`, { files });
  return task?.metadata.properties.dockerfile_hash;
}

Deno.test("a container of a Dockerfile waits for a task that builds its image", async () => {
  const source =
    "t_task: {timeout_in: 5, env: {E: v}, container: {dockerfile: D, docker_arguments: {B: 2, A: 1}}}\nu_task: {container: {image: x}}\n";
  const [task, other, build, ...more] = await tasksOf(source, { files: { D: "FROM x\n" } });
  assert(task && build && more.length === 0);
  const hash = md5("FROM x\nA1, B2");
  assert(hash.startsWith("cdba7544") && hash.endsWith("e60b"));
  assert.equal(task.metadata.properties.dockerfile_hash, hash);
  assert.deepEqual(task.requiredGroups, ["2"]);
  assert.equal(task.instance?.image, `gcr.io/cirrus-ci-community/${hash}:latest`);
  assert.equal(task.instance?.dockerfile, "D");
  assert.equal(other?.requiredGroups, undefined);
  assert.deepEqual(build, {
    localGroupId: "2",
    name: "Prebuild D A=1 B=2",
    environment: { E: "v", CIRRUS_OS: "linux" },
    instance: {
      "@type": "type.googleapis.com/org.cirruslabs.ci.services.cirruscigrpc.PrebuiltImageInstance",
      repository: `cirrus-ci-community/${hash}`,
      reference: "latest",
      dockerfile: "D",
      arguments: { A: "1", B: "2" },
    },
    metadata: {
      properties: {
        allow_failures: "false",
        experimental: "false",
        indexWithinBuild: "2",
        skip_notifications: "true",
        timeout_in: "300",
        trigger_type: "AUTOMATIC",
      },
    },
    commands: [
      { name: "clone", cloneInstruction: {} },
      {
        name: "build",
        scriptInstruction: {
          scripts: [
            `docker build --tag gcr.io/cirrus-ci-community/${hash}:latest --file D --build-arg A="1" --build-arg B="2" \${CIRRUS_DOCKER_CONTEXT:-$CIRRUS_WORKING_DIR}`,
          ],
        },
      },
      {
        name: "push",
        scriptInstruction: { scripts: [`gcloud docker -- push gcr.io/cirrus-ci-community/${hash}:latest`] },
      },
    ],
  });
});

Deno.test("tasks that need the same image share the task that builds it", async () => {
  const source =
    "a_task: {container: {dockerfile: D}}\nb_task: {depends_on: a, container: {dockerfile: D}}\nc_task: {container: {dockerfile: E}}\n";
  const tasks = await tasksOf(source, { files: { D: "FROM x\n", E: "FROM y\n" } });
  assert.deepEqual(tasks.map(({ name, requiredGroups = [] }) => `${name} ${requiredGroups}`), [
    "a 3",
    "b 0,3",
    "c 4",
    "Prebuild D ",
    "Prebuild E ",
  ]);
});

Deno.test("an isolation of a Dockerfile works likewise, once its architecture is known", async () => {
  const source =
    "t_task: {env: {CIRRUS_ARCH: arm64}, persistent_worker: {isolation: {container: {dockerfile: D, platform: windows}}}}\n";
  const [task, build] = await tasksOf(source, { files: { D: "FROM x\n" } });
  const hash = md5("FROM x\narm64");
  assert.equal(task?.metadata.properties.dockerfile_hash, hash);
  assert.match(JSON.stringify(build?.commands), / --file D \."/);
  await tasksOf(source.replace("env: {CIRRUS_ARCH: arm64}, ", ""), {
    files: { D: "FROM x\n" },
    host: { CIRRUS_ARCH: "amd64" },
  });
});

const hashes: Record<string, { files: Record<string, string>; env?: string; hash: string }> = {
  "files that are copied, by name": {
    files: { D: "FROM x\nCOPY z b /d/\n", z: "Z", b: "B" },
    hash: sha256("FROM x\nCOPY z b /d/\nBZ"),
  },
  "the whole context, which counts as nothing": {
    files: { D: "FROM x\nCOPY z /z\nCOPY . /d\n", z: "Z" },
    env: "{CIRRUS_ARCH: arm64}",
    hash: md5("FROM x\nCOPY z /z\nCOPY . /d\narm64"),
  },
  "amd64, which is not said": {
    files: { D: "FROM x\n" },
    env: "{CIRRUS_ARCH: amd64}",
    hash: md5("FROM x\n"),
  },
  "directories, level by level": {
    files: { D: "FROM x\nADD d /\n", "d/b/x": "1", "d/a/y": "2", "d/c": "3" },
    hash: sha256("FROM x\nADD d /\n321"),
  },
  "files of the context that the environment names": {
    files: { D: "FROM x\nCOPY z /\n", "ctx/z": "Z" },
    env: "{CIRRUS_DOCKER_CONTEXT: ctx}",
    hash: sha256("FROM x\nCOPY z /\nZ"),
  },
  "variables of ENV and ARG": {
    files: { D: "FROM x\nARG A=z\nENV B=$A\nCOPY ${B} $UNSET$A /\n", z: "Z" },
    hash: sha256("FROM x\nARG A=z\nENV B=$A\nCOPY ${B} $UNSET$A /\nZ"),
  },
  "only stages that the last one needs": {
    files: {
      D: "FROM x AS a\nCOPY z /\nFROM y AS b\nCOPY w /\nFROM q\nCOPY --from=a /z /\n",
      z: "Z",
      w: "W",
    },
    hash: sha256("FROM x AS a\nCOPY z /\nFROM y AS b\nCOPY w /\nFROM q\nCOPY --from=a /z /\nZ"),
  },
  "mounts, but no caches": {
    files: {
      D: "FROM x\nRUN --mount=type=bind,source=z,target=/z --mount=type=cache,source=w,target=/w true\n",
      z: "Z",
      w: "W",
    },
    hash: sha256(
      "FROM x\nRUN --mount=type=bind,source=z,target=/z --mount=type=cache,source=w,target=/w true\nZ",
    ),
  },
  "no addresses and no here-documents": {
    files: { D: "FROM x\nADD https://a/b /\nCOPY <<EOF /c\nCOPY z /\nEOF\nONBUILD COPY z /\n", z: "Z" },
    hash: md5("FROM x\nADD https://a/b /\nCOPY <<EOF /c\nCOPY z /\nEOF\nONBUILD COPY z /\n"),
  },
  "paths that climb out of the context, kept within": {
    files: { D: "FROM x\nCOPY ../../z /\n", z: "Z" },
    hash: sha256("FROM x\nCOPY ../../z /\nZ"),
  },
};

for (const [what, { files, env = "{}", hash }] of Object.entries(hashes)) {
  Deno.test(`the hash of an image: ${what}`, async () => assert.equal(await hashOf(files, { env }), hash));
}

const doubtful: Record<string, string> = {
  "an empty file": "",
  "no FROM": "RUN x\n",
  "an unknown instruction": "FROM x\nCOPPY a b\n",
  "a blank base": "ARG A\nFROM $A\n",
  "a base that is no image": "FROM X\nCOPY z /\n",
  "a base of two tags": "FROM x:y:z\n",
  "a stage in another case as a base": "FROM x AS a\nFROM A\nCOPY z /\n",
  "a stage that needs itself": "FROM x AS a\nCOPY --from=a z /\n",
  "a stage that is not there": "FROM x\nCOPY --from=7 z /\n",
  "a copy of what is elsewhere": "FROM x\nCOPY https://x/y /\n",
  "a copy of a repository": "FROM x\nCOPY git@x:y /\n",
  "a flag that there is not": "FROM x\nADD --from=0 z /\n",
  "a flag without a value": "FROM x\nCOPY --chown z /\n",
  "a mount of an odd type": "FROM x\nRUN --mount=type=odd,target=/x y\n",
  "a mount with an odd key": "FROM x\nRUN --mount=type=ssh,source=z,target=/x y\n",
  "a mount without a target": "FROM x\nRUN --mount=type=bind,source=z y\n",
  "variables without values": "FROM x\nENV a=b c\n",
  "a source that cannot be read": "FROM x\nCOPY missing /\n",
  "a wildcard": "FROM x\nCOPY *.go /\n",
};

for (const [what, dockerfile] of Object.entries(doubtful)) {
  Deno.test(`a Dockerfile with ${what} is warned about and hashed alone`, async () => {
    const source = "t_task:\n  container:\n    dockerfile: D\n";
    const files = { D: dockerfile };
    const warnings = await warningsOf(source, { files });
    assert.deepEqual(warnings.map((warning) => warning.split(" ")[0]), ["3:5"]);
    assert.equal(await hashOf(files), md5(dockerfile));
  });
}

Deno.test("a Dockerfile that cannot be read is an error where it is named", async () => {
  await assertError("t_task:\n  container:\n    dockerfile: missing\n", { place: "3:5", text: "missing" });
  await assertError("t_task:\n  container:\n    dockerfile: dir\n", {
    place: "3:5",
    text: "dir",
    surroundings: { files: { "dir/x": "" } },
  });
});

Deno.test("of image and dockerfile in one container the later counts, what is inherited coming first", async () => {
  const files = { D: "FROM x\n" };
  const imageOf = async (source: string) => (await tasksOf(source, { files }))[0]?.instance?.image;
  assert.equal(await imageOf("t_task: {container: {dockerfile: D, image: i}}\n"), "i");
  assert.match(String(await imageOf("t_task: {container: {image: i, dockerfile: D}}\n")), /^gcr/);
  const inherited = "container: {dockerfile: D}\nt_task: {container: {image: i, dockerfile: D}}\n";
  assert.equal(await imageOf(inherited), "i");
  assert.equal((await taskOf(inherited, { files })).metadata.properties.dockerfile_hash, undefined);
});

Deno.test("nothing can wait for a task that builds an image", async () => {
  await assertError("t_task:\n  depends_on: Prebuild D\n  container: {dockerfile: D}\n", {
    place: "2:3",
    text: "no task",
    surroundings: { files: { D: "FROM x\n" } },
  });
});
