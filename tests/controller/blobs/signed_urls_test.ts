import assert from "node:assert/strict";
import { type Grant, SignedUrls } from "../../../lib/controller/blobs/signed_urls.ts";
import { ManualClock } from "../manual_clock.ts";

const GRANT: Grant = { kind: "read cache", task: "1", scope: "s", key: "k/é" };

Deno.test("a signed text permits what it was made for, for an hour", async () => {
  const clock = new ManualClock();
  const urls = new SignedUrls(clock);
  const text = urls.sign(GRANT);
  assert.match(text, /^[\w.-]+$/);
  assert.deepEqual(urls.verify(text), GRANT);
  await clock.advance(3_599_000);
  assert.deepEqual(urls.verify(text), GRANT);
  await clock.advance(1_000);
  assert.equal(urls.verify(text), undefined);
});

Deno.test("a text that was changed, cut or made elsewhere permits nothing", () => {
  const urls = new SignedUrls(new ManualClock());
  const text = urls.sign(GRANT);
  const [payload = "", signature = ""] = text.split(".");
  const forged = btoa(JSON.stringify({ grant: { ...GRANT, key: "other" }, expires: 9e15 }));
  for (
    const bad of [
      "",
      ".",
      payload,
      `${payload}.`,
      `${payload}.${signature.slice(1)}`,
      `${forged}.${signature}`,
      `%%.${signature}`,
      new SignedUrls(new ManualClock()).sign(GRANT),
    ]
  ) assert.equal(urls.verify(bad), undefined, bad);
});
