import assert from "node:assert/strict";
import { isOurVmName, newVmName } from "../../../lib/isolation/vm/vm_name.ts";

Deno.test("a VM has its task's id in its name, and no other VM has the same", () => {
  assert.match(newVmName("42"), /^cirrus-cli-42-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.notEqual(newVmName("42"), newVmName("42"));
  assert.ok(isOurVmName(newVmName("standby")));
  assert.ok(!isOurVmName("ghcr.io/cirruslabs/cirrus-cli-image:latest"));
});

Deno.test("an id that is none of a number leaves nothing in the name that leads elsewhere", () => {
  assert.match(newVmName("../b 7/é"), /^cirrus-cli-\.\.-b-7---[0-9a-f-]{36}$/);
});
