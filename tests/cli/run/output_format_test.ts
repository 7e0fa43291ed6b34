import assert from "node:assert/strict";
import { resolveOutputFormat } from "../../../lib/cli/run/output_format.ts";

function auto(environment: Readonly<Record<string, string>>, isTerminal = true) {
  return resolveOutputFormat("auto", { environment: new Map(Object.entries(environment)), isTerminal });
}

Deno.test("the CI system that runs us decides the format", () => {
  assert.equal(auto({ TRAVIS: "true", CI: "true" }), "travis");
  assert.equal(auto({ GITHUB_ACTIONS: "true", CI: "true" }), "github-actions");
  assert.equal(auto({ TEAMCITY_VERSION: "2026.1" }), "teamcity");
  assert.equal(auto({ CI: "true" }), "simple");
});

Deno.test("elsewhere a terminal gets the live tree, and a file or a pipe plain lines", () => {
  assert.equal(auto({}), "interactive");
  assert.equal(auto({ CI: "false" }), "interactive");
  assert.equal(auto({}, false), "simple");
});

Deno.test("a format that is asked for is taken", () => {
  const surroundings = { environment: new Map([["GITHUB_ACTIONS", "true"]]), isTerminal: false };
  assert.equal(resolveOutputFormat("noemoji", surroundings), "noemoji");
});
