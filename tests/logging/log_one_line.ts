/** Logs one line to the standard error stream, for tests that look at it from outside. */
import { openLog } from "../../lib/logging/open_log.ts";

openLog({ level: "info" }).logger.info("ready", { task: "1" });
