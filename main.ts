import { runCli } from "./lib/cli/cli.ts";
import { denoFault } from "./lib/cli/deno_fault.ts";
import { processIo } from "./lib/cli/process_io.ts";

const io = processIo();
const fault = denoFault(Deno.version.deno);
if (fault !== undefined) io.stderr.writeSync(`Warning: ${fault}\n`);
// A command that has ended has waited for all that matters: an export of metrics that hangs does not hold up the end.
Deno.exit(await runCli(Deno.args, io));
