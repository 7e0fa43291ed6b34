import assert from "node:assert/strict";
import { Backoff } from "../../../lib/async/backoff.ts";
import { PollSchedule } from "../../../lib/worker/upstream/poll_schedule.ts";

function newSchedule(): PollSchedule {
  // Without jitter the waits are 1 s, 2 s, 4 s... up to 1 min.
  return new PollSchedule(new Backoff({ random: () => 1 }));
}

const NOTHING = { intervalSeconds: 0, broughtTask: false };

Deno.test("the first poll is due at once", () => {
  assert.equal(newSchedule().waitMs(0), 0);
});

Deno.test("the interval is 10 s until the upstream asks for another one, and counts from a poll's start", () => {
  const schedule = newSchedule();
  schedule.pollStarted(1_000);
  schedule.pollAnswered(NOTHING);
  assert.equal(schedule.waitMs(1_300), 9_700);

  schedule.pollStarted(11_000);
  schedule.pollAnswered({ intervalSeconds: 3, broughtTask: false });
  assert.equal(schedule.waitMs(11_000), 3_000);

  schedule.pollStarted(14_000);
  schedule.pollAnswered(NOTHING);
  assert.equal(schedule.waitMs(14_000), 3_000);
});

for (
  const { asked, taken } of [
    { asked: 0, taken: 10 },
    { asked: 1, taken: 1 },
    { asked: 3_600, taken: 3_600 },
    { asked: 3_601, taken: 10 },
    { asked: 4_294_967_295, taken: 10 },
  ]
) {
  Deno.test(`an upstream that asks for an interval of ${asked} s is polled every ${taken} s`, () => {
    const schedule = newSchedule();
    schedule.pollStarted(0);
    schedule.pollAnswered({ intervalSeconds: asked, broughtTask: false });
    assert.equal(schedule.waitMs(0), taken * 1_000);
  });
}

Deno.test("a poll that was held longer than the interval is followed at once", () => {
  const schedule = newSchedule();
  schedule.pollStarted(0);
  schedule.pollAnswered({ intervalSeconds: 5, broughtTask: false });
  assert.equal(schedule.waitMs(5_001), 0);
});

Deno.test("a poll that brought a task is followed at once", () => {
  const schedule = newSchedule();
  schedule.pollStarted(0);
  schedule.pollAnswered({ intervalSeconds: 60, broughtTask: true });
  assert.equal(schedule.waitMs(1), 0);
});

Deno.test("a task's end is followed by a poll at once", () => {
  const schedule = newSchedule();
  schedule.pollStarted(0);
  schedule.pollAnswered(NOTHING);
  schedule.outdated();
  assert.equal(schedule.waitMs(1), 0);
});

Deno.test("a task's end while a poll is in flight is followed by another poll once that one is answered", () => {
  const schedule = newSchedule();
  schedule.pollStarted(0);
  schedule.outdated();
  schedule.pollAnswered(NOTHING);
  assert.equal(schedule.waitMs(1), 0);

  schedule.pollStarted(1);
  schedule.pollAnswered(NOTHING);
  assert.equal(schedule.waitMs(1), 10_000);
});

Deno.test("failed polls are followed after longer and longer waits, up to 1 min", () => {
  const schedule = newSchedule();
  const waits = Array.from({ length: 8 }, () => {
    schedule.pollStarted(0);
    return schedule.pollFailed(100);
  });
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  assert.equal(schedule.waitMs(100), 60_000);
});

Deno.test("a task's end does not shorten the wait after a failed poll", () => {
  const schedule = newSchedule();
  schedule.pollStarted(0);
  schedule.pollFailed(0);
  schedule.outdated();
  assert.equal(schedule.waitMs(0), 1_000);
});

Deno.test("a good poll starts the waits after failures anew", () => {
  const schedule = newSchedule();
  for (let i = 0; i < 3; i++) {
    schedule.pollStarted(0);
    schedule.pollFailed(0);
  }
  schedule.pollStarted(0);
  schedule.pollAnswered(NOTHING);
  schedule.pollStarted(0);
  assert.equal(schedule.pollFailed(0), 1_000);
});

Deno.test("a session that was lost after a good poll is worth a poll at once", () => {
  const schedule = newSchedule();
  schedule.pollStarted(0);
  schedule.pollAnswered(NOTHING);
  schedule.pollStarted(10_000);
  schedule.sessionLost();
  assert.equal(schedule.waitMs(10_001), 0);
});
