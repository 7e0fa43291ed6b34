import assert from "node:assert/strict";
import { unary, upload } from "../../../lib/rpc/calls.ts";
import { openChannel } from "../../../lib/rpc/channel.ts";
import { RpcError } from "../../../lib/rpc/rpc_error.ts";
import { CirrusCIService, CirrusWorkersService } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { task } from "../builds.ts";
import { RawWorker } from "../raw_worker.ts";
import { startController } from "../running_controller.ts";

/** What a stream of logs begins with. */
async function* logKey() {
  yield await Promise.resolve({ value: { case: "key", value: { commandName: "main" } } });
}

/** What a stream of artifacts begins with. */
async function* artifactsUpload() {
  yield await Promise.resolve({ value: { case: "artifactsUpload", value: { name: "binary" } } });
}

for (const service of [CirrusCIService, CirrusWorkersService]) {
  for (const method of service.methods) {
    Deno.test(`${service.name}.${method.name} does nothing for a caller with a wrong token`, async () => {
      await using controller = await startController();
      using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
      await controller.builds.create({ tasks: [task()] });
      const given = await worker.takeTask();
      using channel = await openChannel({ endpoint: controller.endpoint });
      for (
        const metadata of [
          {},
          { ...given.metadata, "registration-token": "wrong", "org.cirruslabs.client-secret": "wrong" },
        ]
      ) {
        const call = method.methodKind === "unary"
          ? unary({ channel, method }, {}, { metadata })
          : upload({ channel, method }, /Logs$/.test(method.name) ? logKey() : artifactsUpload(), {
            metadata,
          });
        await assert.rejects(call, (error) => {
          assert.ok(error instanceof RpcError);
          // What this controller does not have, it has for nobody.
          assert.match(error.message, /^(UNAUTHENTICATED|UNIMPLEMENTED)/);
          return true;
        });
      }
    });
  }
}
