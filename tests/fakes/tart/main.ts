import { runProgram } from "../vm_program/run_program.ts";
import { TART } from "./dialect.ts";

if (import.meta.main) Deno.exit(await runProgram(TART, Deno.args));
