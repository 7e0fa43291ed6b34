import type { ClientFlags } from "../controller_client/access_flags.ts";
import { requireTask } from "../controller_client/require_by_id.ts";
import { withController } from "../controller_client/with_controller.ts";
import { ExitCode } from "../exit_code.ts";
import type { Io } from "../io.ts";

/** `cirrus rerun`: runs a task again. */
export function rerun(flags: ClientFlags, io: Io, id: string): Promise<number> {
  return withController({ flags, io }, async (client) => {
    await requireTask(id, client);
    const task = await client.rerunTask(id);
    await io.stdout.write(
      flags.json
        ? `${JSON.stringify(task, null, 2)}\n`
        : `Task ${id} runs again as task ${task.id}; watch it with "cirrus logs --follow ${task.id}"\n`,
    );
    return ExitCode.success;
  });
}
