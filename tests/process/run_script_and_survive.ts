/** Runs the script of its first argument as a task's is run, and says how that ended: unless it was ended itself. */
import { runShell } from "./shell.ts";

const { status } = await runShell(Deno.args[0] ?? "");
console.log("the worker lives:", ...Object.values(status));
