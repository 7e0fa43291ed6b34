import type { BuildEventBody } from "../../controller/api/schemas.ts";
import type { BuildEvent, CommandState, TaskState } from "../../controller/records.ts";

/** An event as the controller has it, of how its HTTP API writes it. */
export function toBuildEvent(body: BuildEventBody): BuildEvent {
  if (body.kind === "log") return body;
  const stored = { seq: body.seq, at: Date.parse(body.at) };
  switch (body.kind) {
    case "build":
      return { ...stored, kind: "build", status: body.status };
    case "task":
      return { ...stored, kind: "task", taskId: body.taskId, state: toTaskState(body) };
    case "command": {
      const { taskId, command } = body;
      return { ...stored, kind: "command", taskId, command, state: toCommandState(body) };
    }
  }
}

function toTaskState(body: Extract<BuildEventBody, { kind: "task" }>): TaskState {
  const { status, worker = "", message = "", cause = "infrastructure" } = body;
  switch (status) {
    case "created":
    case "completed":
      return { status };
    case "triggered":
      return body.message === undefined ? { status } : { status, message };
    case "scheduled":
    case "executing":
      return { status, worker };
    case "failed":
      return { status, cause, message };
    case "aborted":
    case "skipped":
      return { status, message };
  }
}

function toCommandState(body: Extract<BuildEventBody, { kind: "command" }>): CommandState {
  const { status, durationMs = 0, signaled = false } = body;
  if (status === "created" || status === "executing") return { status };
  return { status, durationMs, signaled };
}
