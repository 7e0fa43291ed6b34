import assert from "node:assert/strict";
import { join } from "node:path";
import { task } from "../../controller/builds.ts";
import { ControllerProcess } from "../../controller/controller_process.ts";
import {
  readWholeLog,
  startController,
  storeBuild,
  waitForBuild,
} from "../../controller/running_controller.ts";
import { eventually } from "../../helpers/eventually.ts";
import { type Playground, playground } from "../playground.ts";
import { Gates } from "./gates.ts";
import { drain, startWorkerProcess } from "./started_worker.ts";

const OUTPUT = Array.from({ length: 6_000 }, (_, index) => `line ${index + 1} of what a task prints\n`).join(
  "",
);

/** Prints some lines of `OUTPUT`. */
const print = (from: number, to: number) =>
  `i=${from}; while [ $i -le ${to} ]; do echo "line $i of what a task prints"; i=$((i + 1)); done`;

/** What the script printed, without the lines of the script that the shell shows before it runs them. */
function outputOf(log: string): string {
  return log.split(/(?<=\n)/).filter((line) => line.startsWith("line ")).join("");
}

async function host() {
  const place = await playground();
  return { place, dataDirectory: join(place.project, "data"), gates: new Gates(place.project) };
}

async function end(place: Playground, worker: ReturnType<typeof startWorkerProcess>): Promise<void> {
  await drain(worker);
  await place.assertNothingLeft();
}

/** Resolves once a controller has begun to write the file of a log. */
async function logHasBegun(dataDirectory: string): Promise<void> {
  await eventually(async () => {
    const files = await Array.fromAsync(Deno.readDir(join(dataDirectory, "logs")));
    return files.length > 0;
  });
}

Deno.test("A log is complete byte for byte when its controller is killed in the middle of it", async () => {
  const { place, dataDirectory, gates } = await host();
  await using _place = place;
  const script = [
    print(1, 2_000),
    gates.await("killed"),
    print(2_001, 4_000),
    gates.reach("printed while it was away"),
    gates.await("back"),
    print(4_001, 6_000),
  ].join("\n");
  const build = await storeBuild(dataDirectory, { tasks: [task({ script })] });
  await using first = await ControllerProcess.start({ dataDirectory, port: 0 });
  const worker = startWorkerProcess(place, { endpoint: first.endpoint, name: "w1" });
  await logHasBegun(dataDirectory);
  await first.kill();
  await gates.open("killed");
  await gates.reached("printed while it was away");

  await using second = await startController({ dataDirectory, port: first.port });
  await gates.open("back");
  const ended = await waitForBuild(second, build.id);
  assert.equal(ended.status, "completed");
  const log = await readWholeLog(second, ended.tasks[0]?.id ?? "");
  assert.equal(outputOf(log), OUTPUT);
  await end(place, worker);
});

Deno.test("Tasks run once each and end green however often their controller is killed between two calls", async () => {
  const { place, dataDirectory, gates } = await host();
  await using _place = place;
  const count = 4;
  const commands = ["one", "two"];
  const tasks = Array.from(
    { length: count },
    (_, id) => task({ id, commands, script: gates.reach("begun") }),
  );
  const build = await storeBuild(dataDirectory, { tasks });
  let controller = await ControllerProcess.start({ dataDirectory, port: 0 });
  const { port, endpoint } = controller;
  const worker = startWorkerProcess(place, { endpoint, name: "w1" });
  // A script that has just begun: the updates of its commands, the end of its task or the next assignment are next.
  for (const begun of [1, 4, 6]) {
    await gates.reached("begun", begun);
    await controller.kill();
    controller = await ControllerProcess.start({ dataDirectory, port });
  }
  await controller.kill();

  await using last = await startController({ dataDirectory, port });
  const ended = await waitForBuild(last, build.id);
  assert.deepEqual(ended.tasks.map(({ state }) => state.status), Array(count).fill("completed"));
  assert.deepEqual(
    ended.tasks.flatMap((each) => each.commands.map(({ state }) => state.status)),
    Array(count * commands.length).fill("completed"),
  );
  assert.equal(await gates.count("begun"), count * commands.length, "no command ran twice");
  await end(place, worker);
});

Deno.test("A controller that hangs for a while loses nothing of a task that ends meanwhile", async () => {
  const { place, dataDirectory, gates } = await host();
  await using _place = place;
  const script = [print(1, 2_000), gates.await("stopped"), print(2_001, 6_000), gates.reach("over")].join(
    "\n",
  );
  const build = await storeBuild(dataDirectory, { tasks: [task({ script })] });
  await using hanging = await ControllerProcess.start({ dataDirectory, port: 0 });
  const worker = startWorkerProcess(place, { endpoint: hanging.endpoint, name: "w1" });
  await logHasBegun(dataDirectory);
  hanging.signal("SIGSTOP");
  await gates.open("stopped");
  await gates.reached("over");
  hanging.signal("SIGCONT");
  await drain(worker);
  await hanging.kill();

  await using reader = await startController({ dataDirectory });
  const ended = await waitForBuild(reader, build.id);
  assert.equal(ended.status, "completed");
  const log = await readWholeLog(reader, ended.tasks[0]?.id ?? "");
  assert.equal(outputOf(log), OUTPUT);
  await place.assertNothingLeft();
});
