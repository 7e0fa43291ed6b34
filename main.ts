import { runCli } from "./lib/cli/cli.ts";
import { processIo } from "./lib/cli/process_io.ts";

// Not `process.exitCode`: loading `node:process` takes longer than all of `--version`.
Deno.exitCode = await runCli(Deno.args, processIo());
