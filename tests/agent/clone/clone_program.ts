import { CloningTask } from "./cloning_task.ts";

// Clones as a worker of its own process does: `clone_program.ts MIRRORS VARIABLES`; prints `a.txt` of the clone.
const [directory = "", variables = "{}"] = Deno.args;
await using task = await CloningTask.create();
if (!await task.clone(JSON.parse(variables), { mirrors: { directory } })) throw new Error(task.log);
if (await task.git("status", "--porcelain") !== "") throw new Error("The clone is not clean");
console.log(await task.read("a.txt"));
