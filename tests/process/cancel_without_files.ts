/** Cancels a program and a tool while this process cannot open files, and says how both ended once it can again. */
import { startTool } from "../../lib/process/start_tool.ts";
import { startShell } from "./shell.ts";

// Deno opens files of its own when it first minds signals, at a time of its choosing, and panics where it cannot.
Deno.addSignalListener("SIGUSR2", () => {});
const cancel = new AbortController();
const program = await startShell("sleep 60", { signal: cancel.signal });
const tool = startTool(["sleep", "60"], { signal: cancel.signal });
const files: Deno.FsFile[] = [];
try {
  for (;;) files.push(Deno.openSync("/dev/null"));
} catch {
  // That was the last one.
}
cancel.abort(new Error("cancelled"));
setTimeout(() => {
  for (const file of files) file.close();
}, 200);
const ended = await Promise.all([
  program.status.then(({ kind }) => kind),
  tool.ended.catch(({ message }: Error) => message),
]);
console.log(ended.join(", "));
