import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import { AbortReason } from "../../../lib/async/abort_reason.ts";
import { NoneIsolation } from "../../../lib/isolation/none.ts";
import { warmUp } from "../../../lib/worker/standby/warm_up.ts";
import { StandbyInstanceParameters_WarmupSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { recordingLedger } from "../../isolation/recording_ledger.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { RecordingLogger } from "../recording_logger.ts";

async function setUp() {
  await using resources = new AsyncDisposableStack();
  const home = resources.use(await temporaryDirectory()).path;
  const environment = new Map([["PATH", "/usr/bin:/bin"], ["HOME", home], ["SHELL", "/bin/bash"]]);
  const machine = await new NoneIsolation({ environment }).prepare({
    taskId: "standby",
    progress: () => {},
    signal: new AbortController().signal,
    ledger: recordingLedger().ledger,
  });
  const logger = new RecordingLogger();
  const warm = (script: string, timeoutSeconds = 0n, signal = new AbortController().signal) =>
    warmUp(machine, {
      warmup: create(StandbyInstanceParameters_WarmupSchema, { script, timeoutSeconds }),
      signal,
      logger,
    });
  resources.use(machine);
  const owned = resources.move();
  return { home, logger, warm, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

Deno.test("a warm-up script is run by its user's shell, in the home folder", async () => {
  await using place = await setUp();
  await place.warm('printf "%s\\n" "${BASH_VERSION:+bash}" > made');
  assert.equal(await Deno.readTextFile(`${place.home}/made`), "bash\n");
});

Deno.test("a warm-up script that fails says how, and what it printed", async () => {
  await using place = await setUp();
  await assert.rejects(
    place.warm("echo no network; exit 7"),
    /warm-up script failed with exit status 7: no network/,
  );
});

Deno.test("a warm-up script that runs out of time is ended, and that is fine", async () => {
  await using place = await setUp();
  await place.warm("sleep 1000", 1n);
  await place.logger.line(/warning the warm-up script .* was ended after 1 s: going on/);
});

Deno.test("a warm-up ends with what it is for", async () => {
  await using place = await setUp();
  const stop = new AbortController();
  const warming = place.warm("sleep 1000", 0n, stop.signal);
  const reason = new AbortReason("finished", "not needed");
  stop.abort(reason);
  await assert.rejects(warming, reason);
});
