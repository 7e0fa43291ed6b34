import { InvalidBuildError } from "../../builds/new_build.ts";
import type { Controller } from "../../controller.ts";
import type { TaskRecord } from "../../records.ts";
import { ApiError } from "../api_error.ts";
import { taskBody } from "../bodies/task_body.ts";
import { waitBody } from "../bodies/wait_body.ts";
import { nothing, type Route, route } from "../route.ts";
import { cancellationSchema, type TaskWithWaitBody, taskWithWaitSchema } from "../schemas.ts";
import { requireTask } from "./require_task.ts";

/** Tasks: reading, cancelling and running them again. */
export function taskRoutes(controller: Controller): Route[] {
  const find = async (id: string) => await describe(await requireTask(id, controller), controller);
  return [
    route({
      method: "GET",
      path: "/v1/tasks/{id}",
      summary: "A task, its commands, and why it waits",
      query: nothing,
      body: nothing,
      answers: { 200: { description: "The task", schema: taskWithWaitSchema } },
      handle: async ({ parameter }) => Response.json(await find(parameter("id"))),
    }),
    route({
      method: "POST",
      path: "/v1/tasks/{id}/cancel",
      summary: "Aborts a task; for one that has ended, nothing changes",
      query: nothing,
      body: cancellationSchema,
      answers: { 200: { description: "The task", schema: taskWithWaitSchema } },
      handle: async ({ parameter, body }) => {
        await controller.tasks.cancel(parameter("id"), body.reason ?? "Cancelled over the HTTP API");
        return Response.json(await find(parameter("id")));
      },
    }),
    route({
      method: "POST",
      path: "/v1/tasks/{id}/rerun",
      summary: "Runs a task that has ended again, as a new task in its place; the old one keeps its record",
      query: nothing,
      body: nothing,
      answers: { 201: { description: "The new task", schema: taskWithWaitSchema } },
      handle: async ({ parameter }) => {
        const task = await rerun(parameter("id"), controller);
        const headers = { location: `/v1/tasks/${task.id}` };
        return Response.json(await describe(task, controller), { status: 201, headers });
      },
    }),
  ];
}

async function rerun(id: string, controller: Controller): Promise<TaskRecord> {
  try {
    return await controller.tasks.rerun(id);
  } catch (error) {
    if (error instanceof InvalidBuildError) throw new ApiError("conflict", error.message);
    throw error;
  }
}

async function describe(task: TaskRecord, controller: Controller): Promise<TaskWithWaitBody> {
  const wait = await waitBody(task, controller);
  return { ...taskBody(task), ...wait && { wait } };
}
