import assert from "node:assert/strict";
import { join } from "node:path";
import { eventually } from "../helpers/eventually.ts";
import { needsRoot, smallDisk } from "../helpers/small_disk.ts";
import { type Playground, playground } from "./playground.ts";
import { workerWithTask } from "./worker_with_task.ts";

async function writeConfiguration(
  place: Playground,
  log: Readonly<Record<string, unknown>>,
): Promise<string> {
  const path = join(place.project, "worker.yml");
  await Deno.writeTextFile(path, JSON.stringify({ log }));
  return path;
}

/** The text of a file, empty while there is none. */
const text = (path: string) => Deno.readTextFile(path).catch(() => "");

Deno.test({
  name: "a disk that is full under the log stops neither the worker nor its task",
  ...needsRoot,
  async fn() {
    await using place = await playground();
    await using disk = await smallDisk({ bytes: 1 << 20 });
    const path = join(disk.path, "worker.log");
    const file = await writeConfiguration(place, { file: path, format: "json" });
    const release = await disk.fill();
    await using its = await workerWithTask(place, "echo it runs", ["-f", file]);
    await its.upstream.next("taskStopped");
    assert.match(its.ci.savedText("main"), /^it runs$/m);
    its.program.kill("SIGTERM");
    await its.program.hasPrinted("Cannot write the log file", "stderr");
    await release();
    its.program.kill("SIGTERM");
    const { stderr } = await its.program.ended;
    assert.equal(stderr.match(/Cannot write the log file/g)?.length, 1, stderr);
    const lines = (await Deno.readTextFile(path)).trimEnd().split("\n").map((line) => JSON.parse(line));
    const messages = lines.map(({ message }) => message);
    assert.ok(messages.includes("started task task-1"), messages.join("\n"));
    assert.ok(messages.includes("The log file can be written again"), messages.join("\n"));
  },
});

Deno.test("SIGHUP begins the log file anew that another program has moved away", async () => {
  await using place = await playground();
  const path = join(place.project, "worker.log");
  const file = await writeConfiguration(place, { file: path });
  await using its = await workerWithTask(place, "true", ["-f", file]);
  await its.upstream.next("taskStopped");
  await Deno.rename(path, `${path}.1`);
  its.program.kill("SIGHUP");
  await eventually(async () => (await text(path)).includes("the configuration was read again"));
  its.program.kill("SIGTERM");
  assert.equal((await its.program.ended).code, 0);
  assert.match(await Deno.readTextFile(`${path}.1`), /msg="started task task-1"/);
  assert.match(await Deno.readTextFile(path), /msg="received SIGTERM: ending/);
});

Deno.test("SIGHUP begins the log file of a controller anew, too", async () => {
  await using place = await playground();
  const path = join(place.project, "controller.log");
  const file = join(place.project, "controller.yml");
  await Deno.writeTextFile(
    file,
    JSON.stringify({
      listen: "127.0.0.1:0",
      "http-listen": "127.0.0.1:0",
      "data-dir": join(place.project, "data"),
      log: { file: path },
    }),
  );
  const program = place.start(["controller", "run", "-f", file]);
  await program.hasPrinted("cirrus worker run");
  await Deno.rename(path, `${path}.1`);
  program.kill("SIGHUP");
  await eventually(async () => (await text(path)).includes("the configuration was read again"));
  program.kill("SIGTERM");
  assert.equal((await program.ended).code, 0);
});
