import assert from "node:assert/strict";
import { checkOptions } from "../../../lib/worker/options/check_options.ts";
import type { WorkerOptions } from "../../../lib/worker/options/worker_options.ts";
import { parameters } from "../standby/tested_standby.ts";

const UPSTREAM = { endpoint: "http://ci:1", token: "a very secret token" };
const GOOD: WorkerOptions = { name: "w", version: "1", upstreams: [UPSTREAM], stateDirectory: "/s" };

Deno.test("good options pass", () => {
  checkOptions(GOOD);
  checkOptions({ ...GOOD, resources: { cpu: 1.5, none: 0 } });
  checkOptions({ ...GOOD, resources: { slot: 2 }, standby: parameters("a", { resources: { slot: 2 } }) });
  checkOptions({ ...GOOD, upstreams: [UPSTREAM, { ...UPSTREAM, token: "of another pool" }] });
});

for (
  const { what, options, message } of [
    { what: "an empty name", options: { name: "" }, message: /--name/ },
    {
      what: "a name that no call can carry",
      options: { name: "Jürgens Mac" },
      message: /printable ASCII.*--name/,
    },
    { what: "no upstream", options: { upstreams: [] }, message: /--rpc-endpoint/ },
    {
      what: "no token",
      options: { upstreams: [{ ...UPSTREAM, token: "" }] },
      message: /http:\/\/ci:1.*--token-file/,
    },
    {
      what: "a token of two lines",
      options: { upstreams: [{ ...UPSTREAM, token: "a very secret token\nand more" }] },
      message: /http:\/\/ci:1.*on one line/,
    },
    {
      what: "one upstream twice",
      options: { upstreams: [UPSTREAM, { ...UPSTREAM }] },
      message: /http:\/\/ci:1 .*remove/,
    },
    { what: "a negative amount", options: { resources: { cpu: -1 } }, message: /"cpu".*from 0 up/ },
    {
      what: "a standby instance that takes more than there is",
      options: { resources: { slot: 1 }, standby: parameters("a", { resources: { slot: 1.5 } }) },
      message: /takes 1\.5 of the resource "slot", of which the worker has 1; give/,
    },
    {
      what: "a standby instance that takes what the worker does not have",
      options: { standby: parameters("a", { resources: { slot: 1 } }) },
      message: /"slot", of which the worker has 0; give/,
    },
    {
      what: "an amount that is no number",
      options: { resources: { cpu: NaN } },
      message: /"cpu".*from 0 up/,
    },
  ]
) {
  Deno.test(`${what} is refused with what to do, and no token is shown`, () => {
    assert.throws(() => checkOptions({ ...GOOD, ...options }), (error: Error) => {
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  });
}
