import assert from "node:assert/strict";
import { isSameSecret } from "../../lib/agent/same_secret.ts";

Deno.test("secrets are the same only when every character is", () => {
  assert.ok(isSameSecret("abc", "abc"));
  assert.ok(isSameSecret("", ""));
  assert.ok(!isSameSecret("abc", "abd"));
  assert.ok(!isSameSecret("abc", "abcd"));
  assert.ok(!isSameSecret("", "abc"));
});
