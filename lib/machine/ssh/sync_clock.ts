import { errorMessage } from "../../diagnostics/error_message.ts";
import type { ShellOptions } from "./remote_shell.ts";
import { runRemoteTool } from "./remote_tool.ts";
import type { Sessions } from "./sessions.ts";

/** Sets a VM's clock to this host's, in whole seconds. Rejects with an `Error` when its user must not. */
export async function syncClock(sessions: Sessions, options: ShellOptions): Promise<void> {
  try {
    await runRemoteTool(sessions, {
      name: "date",
      script: 'exec sudo -n date -u "$1" >/dev/null',
      args: [posixDate(new Date())],
    }, options);
  } catch (error) {
    options.signal.throwIfAborted();
    options.lost.throwIfAborted();
    throw new Error(
      `Setting the VM's clock: ${errorMessage(error)}; let its user run sudo without a password, ` +
        "or turn sync_time_over_ssh off",
      { cause: error },
    );
  }
}

/** `MMDDhhmmYYYY.SS` of UTC, which `date` of GNU, BSD and BusyBox takes. */
function posixDate(date: Date): string {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)/.exec(date.toISOString()) ?? [];
  return `${month}${day}${hour}${minute}${year}.${second}`;
}
