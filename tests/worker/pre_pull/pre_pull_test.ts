import assert from "node:assert/strict";
import { AbortReason } from "../../../lib/async/abort_reason.ts";
import { abortable } from "../../../lib/async/abortable.ts";
import { PrePull } from "../../../lib/worker/pre_pull/pre_pull.ts";
import { RecordingLogger } from "../recording_logger.ts";

const MINUTE = 60_000;

/** A pre-pull whose waits last until the test says so. */
function start(
  options: { images: string[]; checkIntervalMs?: number; jitterMs?: number },
  pull: (image: string) => Promise<void>,
) {
  const ended = new AbortController();
  const logger = new RecordingLogger();
  const waits: { ms: number; end: () => void }[] = [];
  let onWait = () => {};
  const { images, checkIntervalMs, jitterMs } = options;
  const prePull = new PrePull({ images, checkIntervalMs, jitterMs }, {
    pull: (image, signal) => abortable(pull(image), signal),
    logger,
    random: () => 0.5,
    wait(ms, { signal }) {
      const { promise, resolve } = Promise.withResolvers<void>();
      waits.push({ ms, end: resolve });
      onWait();
      return abortable(promise, signal);
    },
  });
  const running = prePull.start(ended.signal);
  return {
    prePull,
    logger,
    /** Ends it as a draining worker does. */
    end() {
      ended.abort(new AbortReason("shutdown", "the worker ends"));
      return running[Symbol.asyncDispose]();
    },
    /** Ends the wait that is under way, once there is one; returns how long it would have been. */
    async endWait(): Promise<number> {
      while (waits.length === 0) await new Promise<void>((resolve) => onWait = resolve);
      const wait = waits.shift();
      wait?.end();
      return wait?.ms ?? NaN;
    },
  };
}

Deno.test("images are pulled one after the other, at every interval, each round late by the jitter", async () => {
  const pulled: string[] = [];
  let atOnce = 0;
  const { endWait, end } = start(
    { images: ["a", "b"], checkIntervalMs: 10 * MINUTE, jitterMs: 4 * MINUTE },
    async (image) => {
      assert.equal(++atOnce, 1);
      await Promise.resolve();
      pulled.push(image);
      atOnce--;
    },
  );
  assert.equal(await endWait(), 2 * MINUTE);
  assert.equal(await endWait(), 12 * MINUTE);
  assert.deepEqual(pulled, ["a", "b"]);
  assert.equal(await endWait(), 12 * MINUTE);
  assert.deepEqual(pulled, ["a", "b", "a", "b"]);
  await end();
});

Deno.test("without an interval, images are looked after every three hours", async () => {
  const { endWait, end } = start({ images: ["a"] }, () => Promise.resolve());
  assert.equal(await endWait(), 0);
  assert.equal(await endWait(), 180 * MINUTE);
  await end();
});

Deno.test("an interval that is too long for a timer does not become none", async () => {
  const { endWait, end } = start(
    { images: ["a"], checkIntervalMs: 60 * 24 * 60 * MINUTE },
    () => Promise.resolve(),
  );
  await endWait();
  assert.equal(await endWait(), 2 ** 31 - 1);
  await end();
});

Deno.test("an image that cannot be pulled keeps no other one from it, and is tried again", async () => {
  const failures = ["registry is down"];
  const { endWait, end, prePull, logger } = start({ images: ["bad", "good"] }, (image) => {
    const failure = image === "bad" ? failures.pop() : undefined;
    return failure === undefined ? Promise.resolve() : Promise.reject(new Error(failure));
  });
  await endWait();
  await endWait();
  assert.deepEqual([prePull.has("bad"), prePull.has("good")], [false, true]);
  await logger.line(/warning could not pull the image bad before a task asks for it: registry is down/);
  await endWait();
  assert.ok(prePull.has("bad"));
  await end();
});

Deno.test("the end of the worker ends a pull and a wait, without a word of failure", async () => {
  const waiting = start({ images: ["a"] }, () => Promise.resolve());
  await waiting.end();
  const { promise: never } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const pulling = start({ images: ["a", "b"] }, () => {
    begin();
    return never;
  });
  await pulling.endWait();
  await begun;
  await pulling.end();
  assert.deepEqual([...waiting.logger.lines, ...pulling.logger.lines], []);
});
