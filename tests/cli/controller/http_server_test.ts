import assert from "node:assert/strict";
import { HttpServer } from "../../../lib/cli/http_server.ts";
import { apiRefusal } from "../../../lib/cli/controller/api_refusal.ts";
import { errorSchema } from "../../../lib/controller/api/schemas.ts";
import { silentLogger } from "../../../lib/logging/logger.ts";

function start(fetch: (request: Request) => Promise<Response>, errors: string[] = []): HttpServer {
  return new HttpServer({
    address: { hostname: "127.0.0.1", port: 0 },
    certificate: undefined,
    fetch,
    refusal: apiRefusal,
    logger: { ...silentLogger, error: (message: string) => void errors.push(message) },
  });
}

async function errorOf(response: Response) {
  return errorSchema.parse(await response.json()).error;
}

Deno.test("a fault that nobody foresaw is answered as any other error, and what it is stays in the log", async () => {
  const errors: string[] = [];
  await using server = start(() => Promise.reject(new Error("secret detail")), errors);
  const response = await fetch(server.endpoint);
  assert.equal(response.status, 500);
  const { code, message } = await errorOf(response);
  assert.equal(code, "internal");
  assert.doesNotMatch(message, /secret/);
  assert.deepEqual(errors, ["could not answer over HTTP: secret detail"]);
});

Deno.test("while it closes what comes in is told so, and what is in flight ends", async () => {
  const arrived = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  await using server = start(() => {
    arrived.resolve();
    return answer.promise;
  });
  const inFlight = fetch(server.endpoint);
  await arrived.promise;
  const closed = server.close({ graceMs: 20_000 });
  const late = await fetch(server.endpoint);
  assert.equal(late.status, 503);
  assert.equal((await errorOf(late)).code, "unavailable");
  answer.resolve(new Response("done"));
  assert.equal(await (await inFlight).text(), "done");
  await closed;
});
