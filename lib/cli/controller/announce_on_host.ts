import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Logger } from "../../logging/logger.ts";
import type { Io } from "../io.ts";
import { hostStateDirectory } from "./host_state_directory.ts";
import { type LocalController, publishLocalController } from "./local_controller.ts";

/**
 * Lets the commands of this host and user find a controller wherever its data directory is; of several, the one that was
 * started last. Where there is no place for that, they have to be told.
 */
export async function announceOnHost(
  controller: LocalController,
  { io, logger }: { readonly io: Pick<Io, "environment">; readonly logger: Logger },
): Promise<void> {
  try {
    const directory = hostStateDirectory(io);
    await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
    publishLocalController(directory, controller);
  } catch (error) {
    logger.warning(
      `commands of this host need --endpoint and --api-token-file to find this controller: ${
        errorMessage(error)
      }`,
    );
  }
}
