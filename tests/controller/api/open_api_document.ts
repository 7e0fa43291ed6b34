import { z } from "zod";
import { answered, type RunningApi } from "./running_api.ts";

const operation = z.looseObject({
  operationId: z.string(),
  summary: z.string().min(1),
  security: z.array(z.unknown()).optional(),
  parameters: z.array(z.looseObject({ name: z.string(), in: z.enum(["path", "query", "header"]) })),
  responses: z.record(z.string(), z.looseObject({ description: z.string().min(1) })),
});

/** What of an OpenAPI document the tests look at. */
export const documentSchema = z.looseObject({
  openapi: z.string(),
  info: z.object({ title: z.string(), version: z.string(), description: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }),
});

/** Each operation that an API documents. */
export async function operationsOf(api: RunningApi) {
  const document = await answered(documentSchema, await api.fetch("/v1/openapi.json"));
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      ...described,
      method: method.toUpperCase(),
      path,
      open: described.security?.length === 0,
    }))
  );
}
