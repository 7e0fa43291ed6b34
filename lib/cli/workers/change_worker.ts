import type { ClientFlags } from "../controller_client/access_flags.ts";
import type { ControllerClient } from "../controller_client/controller_client.ts";
import { unlessMissing } from "../controller_client/unless_missing.ts";
import { withController } from "../controller_client/with_controller.ts";
import { ExitCode } from "../exit_code.ts";
import type { Io } from "../io.ts";
import { UsageError } from "../usage_error.ts";

interface Change {
  readonly apply: (client: ControllerClient, name: string) => Promise<void>;
  /** What the worker is afterwards. */
  readonly outcome: string;
  readonly json: Readonly<Record<string, boolean>>;
}

/** `cirrus workers disable NAME` */
export const disable = changing({
  apply: (client, name) => client.setWorkerDisabled(name, true),
  outcome: "is given no more tasks",
  json: { disabled: true },
});

/** `cirrus workers enable NAME` */
export const enable = changing({
  apply: (client, name) => client.setWorkerDisabled(name, false),
  outcome: "is given tasks again",
  json: { disabled: false },
});

/** `cirrus workers delete NAME` */
export const remove = changing({
  apply: (client, name) => client.deleteWorker(name),
  outcome: "is forgotten",
  json: { deleted: true },
});

function changing({ apply, outcome, json }: Change) {
  return (flags: ClientFlags, io: Io, name: string): Promise<number> =>
    withController({ flags, io }, async (client) => {
      if (await unlessMissing(async () => (await apply(client, name), true)) === undefined) {
        throw new UsageError(`There is no worker ${JSON.stringify(name)}: "cirrus workers" lists them`);
      }
      await io.stdout.write(
        flags.json ? `${JSON.stringify({ name, ...json })}\n` : `Worker ${JSON.stringify(name)} ${outcome}\n`,
      );
      return ExitCode.success;
    });
}
