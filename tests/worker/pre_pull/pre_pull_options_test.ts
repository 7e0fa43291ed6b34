import assert from "node:assert/strict";
import { prePullOptions } from "../../../lib/worker/pre_pull/pre_pull_options.ts";

Deno.test("durations are read into milliseconds", () => {
  const options = prePullOptions.parse({ images: ["a:b"], "check-interval": "3h", jitter: "1m30s" });
  assert.deepEqual(options, { images: ["a:b"], checkIntervalMs: 10_800_000, jitterMs: 90_000 });
});

Deno.test("an interval without length is refused, a jitter without is not", () => {
  assert.match(
    prePullOptions.safeParse({ images: [], "check-interval": "0" }).error?.message ?? "",
    /expected a duration above zero/,
  );
  assert.equal(prePullOptions.parse({ images: [], jitter: "0" }).jitterMs, 0);
});

Deno.test("a negative duration and one without a unit are refused with the reason", () => {
  assert.match(
    prePullOptions.safeParse({ images: [], jitter: "-1s" }).error?.message ?? "",
    /not be negative/,
  );
  assert.match(prePullOptions.safeParse({ images: [], jitter: "5" }).error?.message ?? "", /unit is missing/);
});
