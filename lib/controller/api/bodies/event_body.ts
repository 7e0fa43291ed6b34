import type { BuildEvent } from "../../records.ts";
import type { BuildEventBody } from "../schemas.ts";
import { toTime } from "./time.ts";

/** What happened to a build, as the API tells it. */
export function eventBody(event: BuildEvent): BuildEventBody {
  if (event.kind === "log") return event;
  const base = { seq: event.seq, at: toTime(event.at) };
  switch (event.kind) {
    case "build":
      return { ...base, kind: event.kind, status: event.status };
    case "task":
      return { ...base, kind: event.kind, taskId: event.taskId, ...event.state };
    case "command":
      return { ...base, kind: event.kind, taskId: event.taskId, command: event.command, ...event.state };
  }
}
