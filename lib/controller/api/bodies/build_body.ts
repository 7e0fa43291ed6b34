import type { BuildRecord, BuildSummary } from "../../records.ts";
import type { BuildBody, BuildSummaryBody } from "../schemas.ts";
import { taskBody } from "./task_body.ts";
import { toTime, toTimes } from "./time.ts";

/** A build without its tasks, as the API shows it. */
export function buildSummaryBody(build: BuildSummary): BuildSummaryBody {
  const { id, status, createdAt, finishedAt, repository } = build;
  return { id, status, createdAt: toTime(createdAt), ...toTimes({ finishedAt }), repository };
}

/** A build with its tasks. */
export function buildBody(build: BuildRecord): BuildBody {
  return { ...buildSummaryBody(build), tasks: build.tasks.map(taskBody) };
}
