import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { create, createFileRegistry, type DescMethod, fromBinary, isMessage } from "@bufbuild/protobuf";
import {
  file_google_protobuf_wrappers,
  FileDescriptorProtoSchema,
  type Int32Value,
  Int32ValueSchema,
} from "@bufbuild/protobuf/wkt";
import { AbortReason } from "../../lib/async/abort_reason.ts";
import { download } from "../../lib/rpc/calls.ts";
import { type Channel, openChannel } from "../../lib/rpc/channel.ts";
import { Code } from "../../lib/rpc/code.ts";
import { encode, methodPath } from "../../lib/rpc/codec.ts";
import { grpc } from "../../lib/rpc/grpc.ts";
import { rejectsWith } from "./loopback.ts";

/** A method that streams its answers; neither of our services has one. */
function countMethod(): DescMethod {
  const file = create(FileDescriptorProtoSchema, {
    name: "count.proto",
    package: "test",
    syntax: "proto3",
    dependency: ["google/protobuf/wrappers.proto"],
    service: [{
      name: "Counter",
      method: [{
        name: "Count",
        inputType: ".google.protobuf.Int32Value",
        outputType: ".google.protobuf.Int32Value",
        serverStreaming: true,
      }],
    }],
  });
  const method = createFileRegistry(file, () => file_google_protobuf_wrappers)
    .getService("test.Counter")
    ?.methods[0];
  assert.ok(method);
  return method;
}

interface Counter extends AsyncDisposable {
  readonly channel: Channel;
  /** Resolves when the server's side of a call was cancelled. */
  readonly cancelled: Promise<void>;
}

/** Counts up to what it is asked for, then ends with `status`; for ever when asked for 0. */
async function counter(status = { code: grpc.status.OK, details: "" }): Promise<Counter> {
  const cancelled = Promise.withResolvers<void>();
  const method = countMethod();
  const server = new grpc.Server();
  const definition = {
    path: methodPath(method),
    requestStream: false,
    responseStream: true,
    requestDeserialize: (bytes: Buffer) => fromBinary(Int32ValueSchema, bytes),
    requestSerialize: (request: Int32Value) => encode(Int32ValueSchema, request),
    responseSerialize: (value: number) => encode(Int32ValueSchema, { value }),
    responseDeserialize: (bytes: Buffer) => fromBinary(Int32ValueSchema, bytes).value,
  };
  server.addService({ Count: definition }, {
    async Count(call: grpc.ServerWritableStream<Int32Value, number>) {
      call.on("cancelled", () => cancelled.resolve());
      const limit = call.request.value || Infinity;
      for (let value = 1; value <= limit && !call.cancelled; value++) {
        if (!call.write(value)) await Promise.race([once(call, "drain"), cancelled.promise]);
      }
      if (status.code === grpc.status.OK) call.end();
      else call.emit("error", status);
    },
  });
  const port = await new Promise<number>((resolve) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (_error, port) => resolve(port))
  );
  const channel = await openChannel({ endpoint: `http://127.0.0.1:${port}` });
  return {
    channel,
    cancelled: cancelled.promise,
    [Symbol.asyncDispose]() {
      channel[Symbol.dispose]();
      server.forceShutdown();
      return Promise.resolve();
    },
  };
}

/** The values that a call brings. */
async function* counting(counter: Counter, value: number, options = {}): AsyncGenerator<number> {
  const callee = { channel: counter.channel, method: countMethod() };
  for await (const response of download(callee, { value }, options)) {
    assert.ok(isMessage(response, Int32ValueSchema));
    yield response.value;
  }
}

Deno.test("a download brings every item in order", async () => {
  await using server = await counter();
  assert.deepEqual(await Array.fromAsync(counting(server, 5)), [1, 2, 3, 4, 5]);
});

Deno.test("leaving the loop over a download cancels the call", async () => {
  await using server = await counter();
  for await (const value of counting(server, 0)) if (value === 3) break;
  await server.cancelled;
});

Deno.test("a download that fails throws what the server says", async () => {
  await using server = await counter({ code: grpc.status.DATA_LOSS, details: "the rest is gone" });
  await rejectsWith(Array.fromAsync(counting(server, 2)), Code.DATA_LOSS, /^the rest is gone$/);
});

Deno.test("an aborted download throws the signal's reason", async () => {
  await using server = await counter();
  const controller = new AbortController();
  const reason = new AbortReason("cancelled", "enough");
  const reading = async () => {
    for await (const value of counting(server, 0, { signal: controller.signal })) {
      if (value === 3) controller.abort(reason);
    }
  };
  await assert.rejects(reading, reason);
  await server.cancelled;
});
