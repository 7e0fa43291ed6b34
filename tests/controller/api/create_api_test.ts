import assert from "node:assert/strict";
import { createApi } from "../../../lib/controller/api/create_api.ts";
import { errorSchema } from "../../../lib/controller/api/schemas.ts";
import { silentLogger } from "../../../lib/logging/logger.ts";
import { answered, API_TOKEN, startApi } from "./running_api.ts";
import { operationsOf } from "./open_api_document.ts";

Deno.test("Every path but those for probes wants the token, also paths that there are not", async () => {
  await using api = await startApi();
  const operations = await operationsOf(api);
  const paths = [
    ...operations.map(({ method, path, open }) => ({ method, path: path.replaceAll(/\{\w+\}/g, "1"), open })),
    { method: "GET", path: "/", open: false },
    { method: "GET", path: "/v1/nope", open: false },
    { method: "PUT", path: "/v1/builds", open: false },
  ];
  for (const { method, path, open } of paths) {
    for (const authorization of ["", "Bearer", "Bearer api-toke", "Bearer api-tokenx", "Basic api-token"]) {
      const response = await fetch(`${api.url}${path}`, { method, headers: { authorization } });
      if (open) {
        assert.equal(response.status, 200, `${method} ${path}`);
        await response.body?.cancel();
        continue;
      }
      assert.match(response.headers.get("www-authenticate") ?? "", /^Bearer /);
      const { error } = await answered(errorSchema, response, 401);
      assert.equal(error.code, "unauthorized");
    }
  }
});

Deno.test("An API without a token does not start", async () => {
  await using api = await startApi();
  const { controller } = api;
  assert.throws(
    () => createApi({ controller, apiToken: "", version: "1", logger: silentLogger }),
    /its token is empty/,
  );
});

Deno.test("A path that there is not, and a method that a path has not, say so", async () => {
  await using api = await startApi();
  assert.match((await answered(errorSchema, await api.fetch("/v2"), 404)).error.message, /no such path/);
  const response = await api.fetch("/v1/builds", { method: "DELETE" });
  assert.equal(response.headers.get("allow"), "POST, GET");
  assert.equal((await answered(errorSchema, response, 405)).error.code, "method_not_allowed");
});

Deno.test("An API that closes answers that it does", async () => {
  await using api = await startApi();
  api.api[Symbol.dispose]();
  const { error } = await answered(errorSchema, await api.fetch("/v1/builds"), 503);
  assert.match(error.message, /The controller ends; ask again later/);
});

Deno.test("A request whose body does not arrive is answered, and the connection is not kept waiting", async () => {
  await using api = await startApi({ api: { bodyTimeoutMs: 50 } });
  const { hostname, port } = new URL(api.url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const head = [
    "POST /v1/builds HTTP/1.1",
    `host: ${hostname}`,
    `authorization: Bearer ${API_TOKEN}`,
    "content-type: application/json",
    "content-length: 100",
  ];
  await connection.write(new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n{"definition": `));
  let answer = "";
  for await (const piece of connection.readable.pipeThrough(new TextDecoderStream())) {
    answer += piece;
    if (answer.includes("}}")) break;
  }
  assert.match(answer, /^HTTP\/1.1 408 /);
  assert.match(answer, /"code":"timeout","message":"[^"]*reading the request[^"]*; send it again"/i);
});
