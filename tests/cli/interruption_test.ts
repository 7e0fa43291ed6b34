import assert from "node:assert/strict";
import { Interruption } from "../../lib/cli/interruption.ts";
import { TestIo } from "./test_io.ts";

Deno.test("the first signal asks, the second one forces, and the first decides the exit code", () => {
  const io = new TestIo();
  using interruption = new Interruption(io);
  assert.equal(interruption.exitCode, undefined);
  io.send("SIGINT");
  assert.deepEqual([interruption.asked.aborted, interruption.forced.aborted], [true, false]);
  assert.equal(interruption.asked.reason.message, "Cancelled by Ctrl-C");
  io.send("SIGTERM");
  assert.ok(interruption.forced.aborted);
  assert.equal(interruption.exitCode, 130);
});

Deno.test("each signal has the exit code that shells give it", () => {
  for (const [signal, code] of [["SIGTERM", 143], ["SIGHUP", 129]] as const) {
    const io = new TestIo();
    using interruption = new Interruption(io);
    io.send(signal);
    assert.equal(interruption.exitCode, code);
    assert.equal(interruption.asked.reason.message, `Cancelled by ${signal}`);
  }
});

Deno.test("nothing listens once it is disposed", () => {
  const io = new TestIo();
  new Interruption(io)[Symbol.dispose]();
  assert.deepEqual([io.listeners("SIGINT"), io.listeners("SIGTERM"), io.listeners("SIGHUP")], [0, 0, 0]);
});
