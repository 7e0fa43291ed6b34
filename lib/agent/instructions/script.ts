import { noteExit, startScript } from "../scripts/run_script.ts";
import type { InstructionHandler } from "./instruction.ts";

/** `script`: runs lines by a shell and waits for their end. */
export const runScriptInstruction: InstructionHandler<"scriptInstruction"> = async ({ scripts }, context) => {
  const script = await startScript(scripts, context, context.signal);
  const status = await script.ended;
  if (context.signal.aborted) return { kind: "failed" };
  await noteExit(status, context.log);
  if (status.kind === "signaled") return { kind: "failed", signaledToExit: true };
  return { kind: status.code === 0 ? "passed" : "failed" };
};
