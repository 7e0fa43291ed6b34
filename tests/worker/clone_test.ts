import assert from "node:assert/strict";
import { join } from "node:path";
import { Origin } from "../agent/clone/origin.ts";
import { script } from "../agent/agent_under_test.ts";
import { requireEngine } from "../helpers/require_engine.ts";
import { TaskUpstream } from "./task_upstream.ts";
import { TestedWorker } from "./tested_worker.ts";

Deno.test({
  name: "a task of a worker clones its repository, and the mirror is in the state directory",
  ...requireEngine("git"),
  async fn() {
    await using origin = await Origin.start();
    await origin.commit({ "a.txt": "of the repository" });
    await using upstream = await TaskUpstream.start();
    upstream.ci.commands = {
      commands: [
        { name: "clone", instruction: { case: "cloneInstruction", value: {} } },
        script("main", "cat a.txt"),
      ],
      environment: { CIRRUS_REPO_CLONE_URL: origin.url, CIRRUS_BRANCH: "main" },
    };
    await using worker = await TestedWorker.start([upstream]);
    upstream.assign("1");
    await upstream.workers.next("taskStopped");
    assert.deepEqual(upstream.ci.states, { clone: "COMPLETED", main: "COMPLETED" });
    assert.match(upstream.ci.savedText("main"), /of the repository$/);
    assert.equal([...Deno.readDirSync(join(worker.stateDirectory, "mirrors"))].length, 2);
    assert.deepEqual(worker.leftovers(), []);
  },
});
