import assert from "node:assert/strict";
import { reloadStandby } from "../../../lib/worker/standby/reload_standby.ts";
import type { WorkerOptions } from "../../../lib/worker/options/worker_options.ts";
import { parameters } from "./tested_standby.ts";

/** What is called on the standby when options change from one to the other. */
function calls(before: Partial<WorkerOptions>, now: Partial<WorkerOptions>): string[] {
  const called: string[] = [];
  const options = { name: "w", version: "1", upstreams: [], stateDirectory: "/" };
  reloadStandby({
    update: () => called.push("update"),
    renew: () => called.push("renew"),
    reconsider: () => called.push("reconsider"),
  }, { before: { ...options, ...before }, now: { ...options, ...now } });
  return called;
}

Deno.test("other parameters in the file are kept from then on, those that say the same change nothing", () => {
  assert.deepEqual(calls({ standby: parameters("a") }, { standby: parameters("b") }), ["update"]);
  assert.deepEqual(calls({ standby: parameters("a") }, {}), ["update"]);
  assert.deepEqual(calls({}, { standby: parameters("a") }), ["update"]);
  assert.deepEqual(calls({ standby: parameters("a") }, { standby: parameters("a") }), ["reconsider"]);
});

Deno.test("an instance that was made by other security settings or tuning is replaced", () => {
  const standby = parameters("a");
  const security = { "allowed-isolations": { tart: { "force-softnet": true } } };
  assert.deepEqual(calls({ standby, security: {} }, { standby, security }), ["renew"]);
  assert.deepEqual(calls({ standby }, { standby, tuning: { vetu: { mtu: 1400 } } }), ["renew"]);
});
