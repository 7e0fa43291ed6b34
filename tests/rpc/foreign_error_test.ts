import assert from "node:assert/strict";
import { Code } from "../../lib/rpc/code.ts";
import { toRpcError } from "../../lib/rpc/foreign_error.ts";
import { RpcError } from "../../lib/rpc/rpc_error.ts";

// How grpc-js words the common failures is covered by channel_test.ts and tls_test.ts with real servers.

const endpoint = "http://upstream.test:8080";

/** An error as grpc-js rejects with. */
function serviceError(code: number, details: string): Error {
  return Object.assign(new Error(`${code}: ${details}`), { code, details });
}

Deno.test("an RpcError stays what it is", () => {
  const error = new RpcError(Code.NOT_FOUND, "no such worker");
  assert.equal(toRpcError(error, { endpoint }), error);
});

Deno.test("what a server says is kept word for word, whatever it looks like", () => {
  const texts = [
    "no such worker",
    "",
    "database: connect ECONNREFUSED",
    "the Deadline exceeded after 3s",
    "Poll: read EIO",
  ];
  for (const text of texts) {
    const cause = serviceError(Code.NOT_FOUND, text);
    const error = toRpcError(cause, { endpoint });
    assert.equal(error.code, Code.NOT_FOUND);
    assert.equal(error.details, text);
    assert.equal(error.cause, cause);
  }
});

Deno.test("a connection lost during a call names the endpoint", () => {
  const texts = [
    "Connection dropped",
    "read ECONNRESET",
    "Received RST_STREAM with code 2 triggered by internal client error: write EPIPE",
  ];
  for (const text of texts) {
    assert.equal(
      toRpcError(serviceError(Code.INTERNAL, text), { endpoint }).details,
      `The connection to ${endpoint} broke, or its server gave the call up: ${text}`,
    );
  }
});

Deno.test("a code that gRPC does not know and things that are no errors are UNKNOWN", () => {
  assert.equal(toRpcError(serviceError(99, "odd"), { endpoint }).code, Code.UNKNOWN);
  assert.equal(toRpcError(new TypeError("a bug"), { endpoint }).message, "UNKNOWN: a bug");
  assert.equal(toRpcError("text", { endpoint }).message, "UNKNOWN: text");
});

Deno.test("a failed connection that is not known is told without its class and time", () => {
  const text =
    "No connection established. Last error: Error: odd failure (2026-11-24T04:45:11.733Z). Resolution note: ";
  assert.equal(
    toRpcError(serviceError(Code.UNAVAILABLE, text), { endpoint }).details,
    `Could not reach ${endpoint}: odd failure`,
  );
});
