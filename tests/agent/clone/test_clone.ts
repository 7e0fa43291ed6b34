import { requireEngine } from "../../helpers/require_engine.ts";
import { CloningTask } from "./cloning_task.ts";
import { Origin } from "./origin.ts";

const needsGit = requireEngine("git");

/** A test of a task that clones an origin of its own; skipped where git is missing. */
export function testClone(name: string, body: (origin: Origin, task: CloningTask) => Promise<void>): void {
  Deno.test({
    name,
    ...needsGit,
    async fn() {
      await using origin = await Origin.start();
      await using task = await CloningTask.create();
      await body(origin, task);
    },
  });
}
