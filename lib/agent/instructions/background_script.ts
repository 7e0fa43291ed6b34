import { startScript } from "../scripts/run_script.ts";
import type { InstructionHandler } from "./instruction.ts";

/** `background script`: counts as completed once it is started; it runs until the task ends. */
export const runBackgroundScriptInstruction: InstructionHandler<"backgroundScriptInstruction"> = async (
  { scripts },
  context,
) => {
  context.signal.throwIfAborted();
  return { kind: "background", script: await startScript(scripts, context, context.backgroundSignal) };
};
