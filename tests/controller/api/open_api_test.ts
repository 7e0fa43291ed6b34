import assert from "node:assert/strict";
import { documentSchema, operationsOf } from "./open_api_document.ts";
import { answered, startApi } from "./running_api.ts";

const ROUTES = [
  "POST /v1/builds",
  "GET /v1/builds",
  "GET /v1/builds/{id}",
  "GET /v1/builds/{id}/events",
  "POST /v1/builds/{id}/cancel",
  "GET /v1/tasks/{id}",
  "POST /v1/tasks/{id}/cancel",
  "POST /v1/tasks/{id}/rerun",
  "GET /v1/task/{id}/logs/{command}.log",
  "GET /v1/artifact/build/{id}/{name}/{path}",
  "GET /v1/artifact/build/{id}/{name}.zip",
  "GET /v1/artifact/task/{id}/{name}/{path}",
  "GET /v1/artifact/task/{id}/{name}.zip",
  "GET /v1/builds/{id}/artifacts",
  "GET /v1/builds/{id}/artifacts/{name}",
  "GET /v1/tasks/{id}/artifacts",
  "GET /v1/tasks/{id}/artifacts/{name}",
  "GET /v1/workers",
  "POST /v1/workers/{name}/disable",
  "POST /v1/workers/{name}/enable",
  "DELETE /v1/workers/{name}",
  "GET /livez",
  "GET /readyz",
  "GET /metrics",
  "GET /v1/openapi.json",
];

Deno.test("The OpenAPI document has every route of the API, each with its parameters and answers", async () => {
  await using api = await startApi();
  const operations = await operationsOf(api);
  assert.deepEqual(operations.map(({ method, path }) => `${method} ${path}`).sort(), ROUTES.toSorted());
  for (const { path, parameters, responses } of operations) {
    const inPath = parameters.filter(({ in: place }) => place === "path").map(({ name }) => `{${name}}`);
    assert.deepEqual(inPath, path.match(/\{\w+\}/g) ?? []);
    assert.ok(Object.keys(responses).some((status) => status.startsWith("2")));
    assert.ok("default" in responses);
  }
  const ids = operations.map(({ operationId }) => operationId);
  assert.equal(new Set(ids).size, ids.length);
});

Deno.test("Every reference of the OpenAPI document leads to a schema, and none goes beside the components", async () => {
  await using api = await startApi();
  const document = await answered(documentSchema, await api.fetch("/v1/openapi.json"));
  assert.equal(document.openapi, "3.1.0");
  assert.equal(document.info.version, "1.2.3");
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(([, to = ""]) => to);
  const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
  assert.deepEqual([...new Set(references)].filter((to) => !known.includes(to)), []);
  assert.ok(known.length > 5);
});

Deno.test("The OpenAPI document tells of headers, queries and answers that are no JSON", async () => {
  await using api = await startApi();
  const operations = await operationsOf(api);
  const parametersOf = (method: string, path: string) =>
    operations.find((one) => one.method === method && one.path === path)?.parameters
      .map((parameter) => `${parameter.in} ${parameter.name}`);
  assert.deepEqual(parametersOf("POST", "/v1/builds"), ["header Idempotency-Key"]);
  assert.deepEqual(parametersOf("GET", "/v1/builds"), ["query cursor", "query limit"]);
  const log = "/v1/task/{id}/logs/{command}.log";
  assert.deepEqual(parametersOf("GET", log), [
    "path id",
    "path command",
    "header Range",
    "query follow",
    "query offset",
  ]);
  const types = operations.find(({ path }) => path === log)?.responses["200"]?.content;
  assert.deepEqual(types, { "text/plain": { schema: { type: "string" } } });
});
