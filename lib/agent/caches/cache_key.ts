import { createHash } from "node:crypto";
import type { CacheInstruction } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { succeeded } from "../../process/exit_status.ts";
import type { InstructionContext } from "../instructions/instruction.ts";
import { noteExit, startScript } from "../scripts/run_script.ts";

/**
 * The key of a cache: `fingerprint_key`, else the cache's name and a digest of what the fingerprint scripts print,
 * else of the task's name and its index. Undefined when a script failed; the log says so.
 */
export async function cacheKey(
  instruction: CacheInstruction,
  context: InstructionContext,
): Promise<string | undefined> {
  const { environment, name } = context;
  if (instruction.fingerprintKey !== "") return environment.expand(instruction.fingerprintKey);
  const hash = createHash("sha256");
  if (instruction.fingerprintScripts.length > 0) {
    const output = {
      write: (chunk: Uint8Array) => {
        hash.update(chunk);
        return context.log.write(chunk);
      },
    };
    const script = await startScript(
      instruction.fingerprintScripts,
      { ...context, log: output },
      context.signal,
    );
    const status = await script.ended;
    context.signal.throwIfAborted();
    if (!succeeded(status)) {
      await context.log.writeLine(`Computing the key of the cache ${name}: its fingerprint script failed`);
      await noteExit(status, context.log);
      return undefined;
    }
  } else {
    hash.update(environment.get("CIRRUS_TASK_NAME") ?? "");
    hash.update(environment.get("CI_NODE_INDEX") ?? "");
  }
  return `${name}-${hash.digest("hex")}`;
}
