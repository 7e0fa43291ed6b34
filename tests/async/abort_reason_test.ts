import assert from "node:assert/strict";
import { abortCause, AbortReason } from "../../lib/async/abort_reason.ts";

Deno.test("an abort keeps its first reason", () => {
  const controller = new AbortController();
  assert.equal(abortCause(controller.signal), undefined);
  controller.abort(new AbortReason("timeout", "The task ran longer than 60 s"));
  controller.abort(new AbortReason("shutdown", "The worker ends"));
  assert.equal(abortCause(controller.signal), "timeout");
});

Deno.test("a reason that is not ours counts as cancelled", () => {
  assert.equal(abortCause(AbortSignal.abort()), "cancelled");
  assert.equal(abortCause(AbortSignal.abort("why not")), "cancelled");
});
