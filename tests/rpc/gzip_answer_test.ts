import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import http2 from "node:http2";
import { gzipSync } from "node:zlib";
import { encode } from "../../lib/rpc/codec.ts";
import { RegisterResponseSchema } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { Loopback } from "./loopback.ts";

// Our own server does not compress its answers, as grpc-js cannot; those of others may.

Deno.test("an answer that comes with gzip is understood, though the call was sent without", async () => {
  const sessionToken = "session ".repeat(1_000);
  const message = gzipSync(encode(RegisterResponseSchema, { sessionToken }));
  const frame = Buffer.alloc(5);
  frame.writeUInt8(1, 0);
  frame.writeUInt32BE(message.length, 1);
  let accepted: string | undefined;
  const server = http2.createServer();
  server.on("stream", (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => {
    accepted = String(headers["grpc-accept-encoding"]);
    stream.respond(
      { ":status": 200, "content-type": "application/grpc", "grpc-encoding": "gzip" },
      { waitForTrailers: true },
    );
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.end(Buffer.concat([frame, message]));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");

  const client = await Loopback.to({ endpoint: `http://127.0.0.1:${address.port}` });
  assert.equal((await client.workers.register({})).sessionToken, sessionToken);
  assert.match(accepted ?? "", /\bgzip\b/);
  client[Symbol.dispose]();
  server.close();
  await once(server, "close");
});
