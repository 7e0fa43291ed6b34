import { join } from "node:path";
import { UsageError } from "../usage_error.ts";
import { launchdOfHost, launchdOfUser } from "./launchd.ts";
import type { ServiceManager } from "./service.ts";
import { systemdOfHost, systemdOfUser } from "./systemd.ts";
import { taskScheduler } from "./task_scheduler.ts";

/** Whose services are meant: those of the whole host for root, else those of one user. */
export interface ServiceHost {
  readonly os: typeof Deno.build.os;
  /** Null on Windows. */
  readonly uid: number | null;
  readonly environment: ReadonlyMap<string, string>;
}

/** What keeps services running on this host. Throws a `UsageError` where we know of nothing that does. */
export function serviceManager({ os, uid, environment }: ServiceHost): ServiceManager {
  switch (os) {
    case "linux": {
      if (uid === 0) return systemdOfHost;
      return systemdOfUser(environment.get("XDG_CONFIG_HOME") || join(homeOf(environment), ".config"));
    }
    case "darwin": {
      if (uid === 0 || uid === null) return launchdOfHost;
      return launchdOfUser({ home: homeOf(environment), uid });
    }
    case "windows":
      return taskScheduler(environment.get("ProgramData") || "C:\\ProgramData");
    default:
      throw new UsageError(
        `Cannot install a service on ${os}: systemd, launchd and Windows' Task Scheduler are known; ` +
          "start the program by this system's own means",
      );
  }
}

function homeOf(environment: ReadonlyMap<string, string>): string {
  const home = environment.get("HOME");
  if (home) return home;
  throw new UsageError("Cannot tell where this user's services are: set HOME");
}
