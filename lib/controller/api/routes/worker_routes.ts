import { z } from "zod";
import type { Controller } from "../../controller.ts";
import type { WorkerStatus } from "../../workers/workers.ts";
import { NotFoundError } from "../../not_found_error.ts";
import { ApiError } from "../api_error.ts";
import { workerBody } from "../bodies/worker_body.ts";
import { nothing, type Route, route } from "../route.ts";
import { type WorkerBody, type WorkerPageBody, workerPageSchema, workerSchema } from "../schemas.ts";

const pageSchema = z.strictObject({
  cursor: z.string().optional().describe("The nextCursor of the page before; the first page when absent"),
  limit: z.coerce.number().int().min(1).max(1_000).default(100)
    .describe("How many workers a page has at most"),
});

/** Workers: listing, disabling, enabling and forgetting them. */
export function workerRoutes(controller: Controller): Route[] {
  const setDisabled = (action: "disable" | "enable", summary: string) =>
    route({
      method: "POST",
      path: `/v1/workers/{name}/${action}`,
      summary,
      query: nothing,
      body: nothing,
      answers: { 200: { description: "The worker", schema: workerSchema } },
      handle: async ({ parameter }) => {
        await controller.workers.setDisabled(parameter("name"), action === "disable");
        return Response.json(workerBody(requireWorker(parameter("name"), controller)) satisfies WorkerBody);
      },
    });
  return [
    route({
      method: "GET",
      path: "/v1/workers",
      summary: "Lists the workers that ever polled, by name",
      query: pageSchema,
      body: nothing,
      answers: { 200: { description: "A page of workers", schema: workerPageSchema } },
      handle: ({ query }) => Response.json(page(controller.workers.list(), query)),
    }),
    setDisabled("disable", "Gives a worker no more tasks; what it runs goes on"),
    setDisabled("enable", "Gives a worker tasks again"),
    route({
      method: "DELETE",
      path: "/v1/workers/{name}",
      summary: "Forgets a worker that is not connected and has no task",
      query: nothing,
      body: nothing,
      answers: { 204: { description: "It is forgotten" } },
      handle: async ({ parameter }) => {
        const { name } = requireWorker(parameter("name"), controller);
        if (await controller.workers.forget(name)) return new Response(null, { status: 204 });
        throw new ApiError(
          "conflict",
          `Forgetting worker ${name}: it is connected or has a task; stop it first, and wait until its task is over`,
        );
      },
    }),
  ];
}

function page(
  workers: readonly WorkerStatus[],
  { cursor = "", limit }: z.infer<typeof pageSchema>,
): WorkerPageBody {
  const rest = workers
    .filter(({ name }) => name > cursor)
    .toSorted((left, right) => left.name < right.name ? -1 : 1);
  const shown = rest.slice(0, limit);
  const last = shown.at(-1);
  return {
    workers: shown.map(workerBody),
    ...rest.length > limit && last && { nextCursor: last.name },
  };
}

function requireWorker(name: string, controller: Controller): WorkerStatus {
  const worker = controller.workers.list().find((worker) => worker.name === name);
  if (worker) return worker;
  throw new NotFoundError(`Looking for worker ${name}: there is none; GET /v1/workers lists them`);
}
