import { runCli } from "./lib/cli/cli.ts";
import { denoFault } from "./lib/cli/deno_fault.ts";
import { processIo } from "./lib/cli/process_io.ts";

const io = processIo();
const fault = denoFault(Deno.version.deno);
if (fault !== undefined) io.stderr.writeSync(`Warning: ${fault}\n`);
// Not `process.exitCode`: loading `node:process` takes longer than all of `--version`.
Deno.exitCode = await runCli(Deno.args, io);
