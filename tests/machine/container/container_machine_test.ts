import assert from "node:assert/strict";
import { ENGINE_NAMES } from "../../../lib/machine/container/engine_name.ts";
import { containerImage, type ImageContent, removeContainerImages } from "../../helpers/container_images.ts";
import { eventually } from "../../helpers/eventually.ts";
import { requireEngine } from "../../helpers/require_engine.ts";
import { containerNames, TestContainer } from "../../helpers/test_container.ts";

Deno.test.afterAll(removeContainerImages);

for (const engine of ENGINE_NAMES) {
  const test = (name: string, fn: () => Promise<void>) =>
    Deno.test({ name: `${engine}: ${name}`, ...requireEngine(engine), fn });

  const start = async (container: { memory?: number } = {}) =>
    await TestContainer.start(engine, {
      container: { image: await containerImage(engine, { programs: "busybox" }), ...container },
    });
  const startImage = async (content: ImageContent) =>
    await TestContainer.start(engine, { container: { image: await containerImage(engine, content) } });

  test("a program gets exactly its variables, whatever their names and values are", async () => {
    await using container = await start();
    const odd = {
      A: "it's\n two lines\n",
      DOCKER_HOST: "tcp://nowhere:1",
      UID: "x",
      OPTIND: "y",
      IFS: ":",
      EMPTY: "",
    };
    const environment = new Map([...container.machine.environment, ...Object.entries(odd)]);
    const { output } = await container.run(["env"], { environment });
    for (const [name, value] of Object.entries(odd)) assert.ok(output.includes(`${name}=${value}\n`), output);
    const bare = await container.run(["/bin/env"], { environment: new Map() });
    const names = bare.output.trim().split("\n").map((line) => line.split("=")[0] ?? "");
    assert.deepEqual(names.filter((name) => !["PWD", "OLDPWD", "SHLVL", "_"].includes(name)), []);
  });

  test("a variable that no shell can set needs perl, and is not lost silently", async () => {
    const secret = `secret-${crypto.randomUUID()}`;
    const odd = new Map([["SIGNING.key-id", `${secret}\n= two lines`], ["my-var", "it's"], ["UID", "x"]]);
    const changes = ["ENV of.image=odd"];
    await using able = await startImage({ programs: ["bash", "perl", "mkdir", "cat", "env"], changes });
    const environment = new Map([...able.machine.environment, ...odd]);
    const { output } = await able.run(["bash", "-c", "echo; env; cat /proc/[0-9]*/cmdline"], { environment });
    for (const [name, value] of odd) assert.ok(output.includes(`\n${name}=${value}\n`), output);
    assert.ok(output.includes("\nof.image=odd\n") && !output.includes("CIRRUS_ODD_NAME"), output);
    assert.equal(output.split(secret).length, 2, output);

    await using unable = await startImage({ programs: ["bash", "mkdir"], changes });
    assert.ok(!unable.machine.environment.has("of.image"));
    assert.equal(await unable.sh("echo runs"), "runs\n");
    await assert.rejects(
      unable.run(["bash", "-c", ":"], { environment: odd }),
      /Starting bash: the variable SIGNING.key-id has a name that only perl can set, and there is none; rename it/,
    );
    await assert.rejects(
      unable.run(["bash", "-c", ":"], { environment: new Map([["A", "\0"]]) }),
      /Starting bash: an argument or variable holds a NUL character/,
    );
  });

  test("a cancelled program ends within 4 s with all it started, also what ignores that it is asked to", async () => {
    await using container = await start();
    const cancel = new AbortController();
    const line = "trap '' TERM; (trap '' TERM; setsid sleep 3333) & echo ready; while :; do sleep 1; done";
    const process = await container.machine.spawn({
      argv: ["sh", "-c", line],
      environment: container.machine.environment,
      workingDirectory: "/",
    }, { signal: cancel.signal });
    const reader = process.output.getReader();
    assert.equal(new TextDecoder().decode((await reader.read()).value), "ready\n");
    const cancelledAt = performance.now();
    cancel.abort(new Error("enough"));
    assert.deepEqual(await process.status, { kind: "signaled", signal: "SIGKILL" });
    const took = performance.now() - cancelledAt;
    assert.ok(took < 4_000, `${took} ms`);
    assert.equal((await reader.read()).done, true);
    assert.equal(await container.sh("ps | grep '[s]leep' | wc -l | tr -d ' '"), "0\n");
  });

  test("a cancelled program that cannot be found any more ends with its container", async () => {
    await using container = await start();
    const cancel = new AbortController();
    const running = container.run(["sh", "-c", "ulimit -S -m unlimited; touch /tmp/lost; sleep 1000"], {
      signal: cancel.signal,
    });
    running.catch(() => {});
    await eventually(async () => await container.sh("ls /tmp") !== "");
    cancel.abort(new Error("enough"));
    await assert.rejects(running, /is gone: a program that was cancelled runs on; .* \(ulimit -m\)$/);
  });

  test("a container without enough memory says so", async () => {
    await using container = await start({ memory: 64 });
    const { output, status } = await container.run(["sh", "-c", "tail /dev/zero"]);
    assert.deepEqual(status, { kind: "signaled", signal: "SIGKILL" });
    assert.match(
      output,
      /A process was killed: out of memory, it may use 64 MB; give the task's container more memory\n$/,
    );
  });

  test("a container that somebody removes in the middle of a script is lost, by name", async () => {
    await using container = await start();
    const { name } = container;
    const running = container.run(["sh", "-c", "touch /tmp/started; sleep 1000"]);
    running.catch(() => {});
    await eventually(async () => await container.sh("ls /tmp") !== "");
    await new Deno.Command(engine, {
      args: engine === "podman" ? ["rm", "-f", "-t", "0", name] : ["rm", "-f", name],
      stdout: "null",
      stderr: "null",
    }).output();
    await assert.rejects(
      running,
      new RegExp(`^AbortReason: The container ${name} is gone: somebody has (stopped or )?removed it`),
    );
    await assert.rejects(container.sh("echo more"), /is gone: somebody has (stopped or )?removed it/);
  });

  test("a script that kills everything it may ends, and the next one runs", async () => {
    await using container = await start();
    const { status } = await container.run(["sh", "-c", "kill -9 -1; exit 0"]);
    assert.deepEqual(status, { kind: "signaled", signal: "SIGKILL" });
    assert.equal(await container.sh("echo next"), "next\n");
  });

  test("a port of the loopback is reached from inside, and from nowhere else", async () => {
    await using container = await start();
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () => new Response("hello"),
    );
    const { hostname, port } = await container.machine.expose(server.addr.port);
    assert.equal(await container.sh(`wget -q -O - http://${hostname}:${port}/`), "hello");
    await assert.rejects(fetch(`http://${hostname}:${port}/`));
  });

  test("disposal removes the container, whatever runs in it, and gives its claim back", async () => {
    const container = await start();
    const { name } = container;
    const running = container.run(["sh", "-c", "sleep 1000"]);
    await container[Symbol.asyncDispose]();
    await container[Symbol.asyncDispose]();
    assert.deepEqual((await running).status, { kind: "signaled", signal: "SIGKILL" });
    assert.ok(!(await containerNames(engine)).includes(name));
    assert.equal(container.ledger.claims.size, 0);
  });
}
