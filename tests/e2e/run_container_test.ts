import assert from "node:assert/strict";
import { join } from "node:path";
import { ENGINE_NAMES, type EngineName } from "../../lib/machine/container/engine_name.ts";
import { runCommand } from "../../lib/process/run_command.ts";
import { containerImage, removeContainerImages } from "../helpers/container_images.ts";
import { eventually } from "../helpers/eventually.ts";
import { ofProcesses } from "../helpers/processes.ts";
import { requireEngine } from "../helpers/require_engine.ts";
import { containerNames } from "../helpers/test_container.ts";
import { type Playground, playground } from "./playground.ts";

Deno.test.afterAll(removeContainerImages);

/** What every process of the host outside of containers shows to others: its arguments and its environment. */
function shownByProcesses(): string {
  const own = Deno.readLinkSync("/proc/self/ns/pid");
  return ofProcesses((folder) =>
    Deno.readLinkSync(`${folder}/ns/pid`) === own
      ? Deno.readTextFileSync(`${folder}/cmdline`) + Deno.readTextFileSync(`${folder}/environ`)
      : undefined
  ).join("\n");
}

for (const engine of ENGINE_NAMES) {
  const test = (name: string, fn: () => Promise<void>) =>
    Deno.test({ name: `${engine}: ${name}`, ...requireEngine(engine), fn });
  const busybox = () => containerImage(engine, { programs: "busybox" });
  const containers = async () => await containerNames(engine, { image: await busybox() });
  const FLAGS = ["run", "--lazy-pull", `--container-backend=${engine}`];

  test("tasks with a container, and workers' tasks with one, run with the project, a cache and artifacts", async () => {
    const image = await busybox();
    await using place = await playground({
      "kept/text": "of the project\n",
      ".cirrus.yml": `
plain_task:
  container: {image: "${image}"}
  env: {GREETING: "it's\\ntwo lines"}
  deep_cache: {folder: cached, populate_script: "mkdir cached; echo deep > cached/file"}
  a_script: [pwd, cat kept/text cached/file, echo "LEFT=behind" >> $CIRRUS_ENV, "echo changed > kept/text"]
  b_script: printf '%s\\n' "$GREETING $LEFT"
  out_artifacts: {path: "kept/*"}
worker_task:
  persistent_worker: {isolation: {container: {image: "${image}"}}}
  a_script: exit 3
many_task:
  container: {image: x, additional_containers: [{image: y, port: 1}]}
  a_script: true
docker_builder: {name: builder, a_script: true}
`,
    });
    const { code, stdout } = await place.run([
      ...FLAGS,
      `--artifacts-dir=${join(place.project, "..", "out")}`,
    ]);
    assert.equal(code, 1, stdout);
    assert.match(stdout, /^\[plain\] a \| \/tmp\/cirrus-ci\/working-dir$/m);
    assert.match(stdout, /^\[plain\] a \| of the project\n\[plain\] a \| deep$/m);
    assert.match(stdout, /^\[plain\] b \| it's\n\[plain\] b \| two lines behind$/m);
    assert.match(stdout, /^\[worker\] a \| Exit status: 3$/m);
    assert.match(stdout, /^\[many\] skipped: additional_containers are not supported here$/m);
    assert.match(stdout, /^\[builder\] skipped: it needs a docker_builder/m);
    assert.equal(await Deno.readTextFile(join(place.project, "../out/plain/out/kept/text")), "changed\n");
    assert.equal(await Deno.readTextFile(join(place.project, "kept/text")), "of the project\n");
    await place.assertNothingLeft();
  });

  test("--dirty mounts the project, and the image of a Dockerfile is built in it", async () => {
    await using place = await playground({
      "Dockerfile":
        `FROM ${await busybox()}\nARG WORD\nARG DOCKER_HOST\nCOPY greeting /greeting\nENV WORD=$WORD$DOCKER_HOST\n`,
      "greeting": "hello\n",
      "Dockerfile.there": `FROM ${await busybox()}\nCOPY word /word\n`,
      "there/word": "of another context\n",
      ".cirrus.yml": `
built_there_task:
  env: {PLACE: there, CIRRUS_DOCKER_CONTEXT: "$CIRRUS_WORKING_DIR/$PLACE"}
  container: {dockerfile: Dockerfile.there}
  a_script: cat /word
built_task:
  container: {dockerfile: Dockerfile, docker_arguments: {WORD: built, DOCKER_HOST: "-as-asked"}}
  a_script: [cat /greeting, "echo $WORD", "echo changed > greeting"]
`,
    });
    const { code, stdout } = await place.run([...FLAGS, "--dirty"]);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^\[built_there\] a \| of another context$/m);
    assert.match(stdout, /^\[built\] a \| hello$/m);
    assert.match(stdout, /^\[built\] a \| built-as-asked$/m);
    assert.equal(await Deno.readTextFile(join(place.project, "greeting")), "changed\n");
    for (const [name] of stdout.matchAll(/gcr\.io\/cirrus-ci-community\/[0-9a-f]+/g)) {
      await runCommand([engine, "rmi", "--force", name], { anyStatus: true });
    }
  });

  test("a container with a read-only root gets the project all the same, where it may write", async () => {
    await using place = await playground({
      "text": "of the project\n",
      ".cirrus.yml": `
a_task:
  container: {image: "${await busybox()}"}
  a_script: [cat text, "touch /x || echo refused"]
`,
    });
    const PATH = await withFlags(place, engine, "--read-only --tmpfs /tmp");
    const { code, stdout } = await place.run(FLAGS, { PATH });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^\[a\] a \| of the project$/m);
    assert.match(stdout, /^\[a\] a \| refused$/m);
  });

  test("a task's variables show in no process of the host, and its container is gone after Ctrl-C", async () => {
    const secret = `secret-${crypto.randomUUID()}`;
    await using place = await playground({
      ".cirrus.yml": `
a_task:
  container: {image: "${await busybox()}"}
  a_script: [test -n "$MY_SECRET", echo ready, sleep 1000]
`,
    });
    await Deno.writeTextFile(join(place.project, "variables"), `MY_SECRET=${secret}\n`);
    const program = place.start([...FLAGS, "--env-file=variables"]);
    await program.hasPrinted("[a] a | ready");
    assert.ok(!shownByProcesses().includes(secret));
    program.kill("SIGINT");
    const { code } = await program.ended;
    assert.equal(code, 130);
    assert.deepEqual(await containers(), []);
    await place.assertNothingLeft();
  });

  test("what a killed run leaves ends at once, and the next one removes it, but nothing of a live one", async () => {
    await using place = await playground({
      ".cirrus.yml": `
sleep_task:
  container: {image: "${await busybox()}"}
  a_script: [echo ready, sleep 1000]
short_task:
  persistent_worker: {}
  a_script: "true"
`,
    });
    const start = async () => {
      const program = place.start([...FLAGS, "sleep"]);
      await program.hasPrinted("[sleep] a | ready");
      return program;
    };
    const killed = await start();
    const [dead] = await containers();
    assert.ok(dead);
    const live = await start();
    killed.kill("SIGKILL");
    await killed.ended;
    const isUp = async (name: string) => {
      const { stdout } = await runCommand([engine, "ps", "--format", "{{.Names}}"]);
      return new TextDecoder().decode(stdout).split("\n").includes(name);
    };
    await eventually(async () => !await isUp(dead));
    assert.equal((await place.run(["run", "short"])).code, 0);
    const left = await containers();
    assert.ok(!left.includes(dead) && left.length === 1, String(left));
    live.kill("SIGINT");
    await live.ended;
    assert.deepEqual(await containers(), []);
  });
}

/** A PATH on which the engine's program adds flags to `run`, as its own configuration could. */
async function withFlags(place: Playground, engine: EngineName, flags: string): Promise<string> {
  const folder = join(place.project, "..", "bin");
  await Deno.mkdir(folder);
  const { stdout } = await runCommand(["/bin/sh", "-c", `command -v ${engine}`]);
  const program = new TextDecoder().decode(stdout).trim();
  const script =
    `#!/bin/sh\ncase $1 in run) shift; exec ${program} run ${flags} "$@";; esac\nexec ${program} "$@"\n`;
  await Deno.writeTextFile(join(folder, engine), script, { mode: 0o755 });
  return `${folder}:${Deno.env.get("PATH")}`;
}
