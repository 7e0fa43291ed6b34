import type { BuildBody, TaskWithWaitBody } from "../../controller/api/schemas.ts";
import type { ControllerClient } from "../controller_client/controller_client.ts";
import { unlessMissing } from "../controller_client/unless_missing.ts";
import { withController } from "../controller_client/with_controller.ts";
import { ExitCode } from "../exit_code.ts";
import type { Io } from "../io.ts";
import { UsageError } from "../usage_error.ts";
import type { CancelFlags } from "./cancel_flags.ts";

/** `cirrus cancel`: aborts what has not ended of a task or a build. */
export function cancel(flags: CancelFlags, io: Io, id: string): Promise<number> {
  return withController({ flags, io }, async (client) => {
    const cancelled = await cancelEither(client, { id, reason: flags.reason });
    const what = "tasks" in cancelled ? "Build" : "Task";
    await io.stdout.write(
      flags.json ? `${JSON.stringify(cancelled, null, 2)}\n` : `${what} ${id} is ${cancelled.status}\n`,
    );
    return ExitCode.success;
  });
}

/** No build has the id of a task. */
async function cancelEither(
  client: ControllerClient,
  { id, reason }: { readonly id: string; readonly reason: string },
): Promise<BuildBody | TaskWithWaitBody> {
  return await unlessMissing(() => client.cancelTask(id, reason)) ??
    await unlessMissing(() => client.cancelBuild(id, reason)) ??
    missing(id);
}

function missing(id: string): never {
  throw new UsageError(
    `No task and no build has the id ${id}: "cirrus builds" lists builds, "cirrus builds BUILD" tasks`,
  );
}
