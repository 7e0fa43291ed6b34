import assert from "node:assert/strict";
import { hasRoom } from "../../../lib/worker/standby/has_room.ts";

Deno.test("an instance has room where what it takes is free", () => {
  const total = { cpu: 4, "tart-vms": 2 };
  assert.ok(hasRoom({ cpu: 4 }, { total, inUse: {}, running: 0 }));
  assert.ok(hasRoom({ "tart-vms": 1 }, { total, inUse: { "tart-vms": 1, cpu: 4 }, running: 1 }));
  assert.ok(!hasRoom({ "tart-vms": 1, cpu: 1 }, { total, inUse: { cpu: 3.5 }, running: 1 }));
  assert.ok(!hasRoom({ gpu: 1 }, { total, inUse: {}, running: 0 }), "the host has none");
  assert.ok(hasRoom({ cpu: 0.3 }, { total: { cpu: 0.6 }, inUse: { cpu: 0.1 + 0.2 }, running: 1 }));
});

Deno.test("an instance that says nothing of what it takes has room where nothing runs", () => {
  assert.ok(hasRoom({}, { total: {}, inUse: {}, running: 0 }));
  assert.ok(!hasRoom({}, { total: { cpu: 4 }, inUse: {}, running: 1 }));
});
