import assert from "node:assert/strict";
import { join } from "node:path";
import { type Playground, playground } from "../playground.ts";
import type { RunningProgram } from "../running_program.ts";
import { Gates } from "./gates.ts";
import { drain } from "./started_worker.ts";

/** A controller process with the default data directory; on the ports of another one that was there before it. */
async function startController(place: Playground, ports = { workers: "0", http: "0" }) {
  const program = place.start([
    "controller",
    "run",
    `--listen=127.0.0.1:${ports.workers}`,
    `--http-listen=127.0.0.1:${ports.http}`,
  ]);
  const printed = await program.hasPrinted("--token-file=");
  const [, line = ""] = /^ {2}cirrus (worker run .*)$/m.exec(printed) ?? [];
  const [, workers = ""] = /--rpc-endpoint=http:\/\/127\.0\.0\.1:(\d+)/.exec(line) ?? [];
  const [, http = ""] = /http:\/\/127\.0\.0\.1:(\d+)/.exec(printed.replaceAll(`:${workers}`, "")) ?? [];
  return { program, workerLine: line.split(" "), ports: { workers, http } };
}

async function kill(program: RunningProgram): Promise<void> {
  program.kill("SIGKILL");
  await program.ended;
}

Deno.test("A build is followed to its green end across two deaths of its controller, which is found by itself", async () => {
  await using place = await playground();
  const gates = new Gates(place.project);
  const script = [
    "echo one",
    gates.reach("first half"),
    gates.await("again"),
    "echo two",
    gates.reach("second half"),
    gates.await("and again"),
    "echo three",
  ];
  await Deno.writeTextFile(
    join(place.project, ".cirrus.yml"),
    `persistent_worker: {}\ntask:\n  clone_script: "true"\n  main_script:\n${
      script.map((line) => `    - ${JSON.stringify(line)}\n`).join("")
    }`,
  );
  let controller = await startController(place);
  const worker = place.start([...controller.workerLine, "--name=mini"]);
  const following = place.start(["submit", "--follow"]);
  for (const [half, gate] of [["first half", "again"], ["second half", "and again"]] as const) {
    await gates.reached(half);
    await kill(controller.program);
    controller = await startController(place, controller.ports);
    await gates.open(gate);
  }
  const { code, stdout, stderr } = await following.ended;
  assert.equal(code, 0, stdout + stderr);
  assert.deepEqual(stdout.match(/(?<=\| )(one|two|three)$/gm), ["one", "two", "three"]);
  assert.match(stdout, /^1 passed in /m);
  await drain(worker);
  controller.program.kill("SIGTERM");
  await controller.program.ended;
});
