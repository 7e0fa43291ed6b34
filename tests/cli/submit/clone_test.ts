import assert from "node:assert/strict";
import { join } from "node:path";
import { Origin } from "../../agent/clone/origin.ts";
import { requireEngine } from "../../helpers/require_engine.ts";
import { controllerSite } from "../controller_site.ts";

Deno.test({
  name: "the tasks of a submitted build clone what was submitted, from a server of git's",
  ...requireEngine("git"),
  async fn() {
    await using origin = await Origin.start();
    const change = await origin.commit({ "a.txt": "submitted" });
    await origin.commit({ "a.txt": "pushed since" });
    await using site = await controllerSite();
    await site.startWorker("mini");
    await Deno.writeTextFile(
      join(site.directory, ".cirrus.yml"),
      "persistent_worker: {}\ntask:\n  name: main\n  main_script: cat a.txt && git log -1 --format=%H\n",
    );
    const repository = [`--clone-url=${origin.url}`, "--branch=main", `--change=${change}`];
    const { exitCode, stdout, stderr } = await site.cirrus("submit", "--follow", ...repository);
    assert.equal(exitCode, 0, stderr + stdout);
    assert.match(stdout, new RegExp(`^\\[main\\] clone \\| Checked out ${change} of`, "m"));
    assert.match(stdout, /^\[main\] main \| submitted/m);
    assert.match(stdout, new RegExp(`^\\[main\\] main \\| (submitted)?${change}$`, "m"));
  },
});
