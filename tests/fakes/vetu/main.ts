import { runProgram } from "../vm_program/run_program.ts";
import { VETU } from "./dialect.ts";

if (import.meta.main) Deno.exit(await runProgram(VETU, Deno.args));
