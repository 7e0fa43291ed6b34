import type { Command } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { runArtifactsInstruction } from "./artifacts.ts";
import { runBackgroundScriptInstruction } from "./background_script.ts";
import { runCacheInstruction } from "./cache.ts";
import { runCloneInstruction } from "./clone.ts";
import { runExitInstruction } from "./exit.ts";
import { runFileInstruction } from "./file.ts";
import type {
  InstructionContext,
  InstructionHandler,
  InstructionResult,
  Instructions,
} from "./instruction.ts";
import { runScriptInstruction } from "./script.ts";
import { UnknownInstruction } from "./unknown_instruction.ts";
import { runWaitForTerminalInstruction } from "./wait_for_terminal.ts";
import { runUploadCacheInstruction } from "./upload_cache.ts";

/** The instructions that this version knows. */
const HANDLERS: { readonly [Name in keyof Instructions]: InstructionHandler<Name> } = {
  artifactsInstruction: runArtifactsInstruction,
  backgroundScriptInstruction: runBackgroundScriptInstruction,
  cacheInstruction: runCacheInstruction,
  cloneInstruction: runCloneInstruction,
  exitInstruction: runExitInstruction,
  fileInstruction: runFileInstruction,
  scriptInstruction: runScriptInstruction,
  uploadCacheInstruction: runUploadCacheInstruction,
  waitForTerminalInstruction: runWaitForTerminalInstruction,
};

/** Carries out a command's instruction. Rejects with `UnknownInstruction` when this version does not know it. */
export async function runInstruction(
  command: Command,
  context: InstructionContext,
): Promise<InstructionResult> {
  const { instruction } = command;
  if (instruction.case !== undefined) return await dispatch(instruction, context);
  const numbers = command.$unknown?.map((field) => field.no) ?? [];
  throw new UnknownInstruction(
    numbers.length > 0 ? `with the number ${numbers.join(", ")}` : "without a name",
  );
}

type Known<Name extends keyof Instructions> = { [N in Name]: { case: N; value: Instructions[N] } }[Name];

async function dispatch<Name extends keyof Instructions>(
  instruction: Known<Name>,
  context: InstructionContext,
): Promise<InstructionResult> {
  return await HANDLERS[instruction.case](instruction.value, context);
}
