import assert from "node:assert/strict";
import { join } from "node:path";
import { cycles } from "../../scripts/imports/cycles.ts";
import { importsOf } from "../../scripts/imports/import_graph.ts";
import { violations } from "../../scripts/imports/violations.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";

function objections(from: string, ...targets: string[]): string[] {
  return violations(targets.map((to) => ({ from, to, line: 3 })));
}

Deno.test("a room may import rooms of lower levels, its own files, packages and the protocol", () => {
  const allowed = [
    "lib/machine/machine.ts",
    "lib/agent/steps.ts",
    "lib/async/delay.ts",
    "proto/gen/a_pb.ts",
    "zod",
    "node:path",
  ];
  assert.deepEqual(objections("lib/agent/agent.ts", ...allowed), []);
});

Deno.test("a room may not import its own level, a higher one, or what stands above lib", () => {
  assert.deepEqual(
    objections("lib/agent/agent.ts", "lib/isolation/isolation.ts", "lib/worker/worker.ts", "main.ts"),
    [
      "lib/agent/agent.ts:3: Import of lib/isolation/isolation.ts: agent is at level 3, isolation at 3; rooms import only rooms of lower levels",
      "lib/agent/agent.ts:3: Import of lib/worker/worker.ts: agent is at level 3, worker at 5; rooms import only rooms of lower levels",
      "lib/agent/agent.ts:3: Import of main.ts: lib imports nothing that stands above it",
    ],
  );
});

Deno.test("the exceptions of the table hold", () => {
  assert.deepEqual(
    objections("lib/security/policy.ts", "lib/isolation/isolation.ts", "lib/units/duration.ts"),
    [],
  );
  assert.equal(objections("lib/security/policy.ts", "lib/isolation/none.ts", "lib/rpc/code.ts").length, 2);
  assert.match(
    objections("lib/worker/worker.ts", "lib/controller/store.ts")[0] ?? "",
    /worker does without controller/,
  );
  assert.match(objections("lib/controller/store.ts", "lib/machine/machine.ts")[0] ?? "", /without machine/);
});

Deno.test("the protocol is not for the lowest level", () => {
  assert.deepEqual(objections("lib/pipeline/parse.ts", "proto/gen/a_pb.ts"), []);
  assert.match(objections("lib/units/duration.ts", "proto/gen/a_pb.ts")[0] ?? "", /do without the protocol/);
});

Deno.test("a package with a home is imported there only", () => {
  assert.deepEqual(objections("lib/rpc/channel.ts", "@grpc/grpc-js"), []);
  assert.match(objections("lib/worker/worker.ts", "@grpc/grpc-js")[0] ?? "", /its home is rpc/);
});

Deno.test("main.ts imports the command line only, tests and scripts what they like", () => {
  assert.deepEqual(objections("main.ts", "lib/cli/main.ts"), []);
  assert.match(objections("main.ts", "lib/worker/worker.ts")[0] ?? "", /only lib\/cli/);
  assert.deepEqual(objections("tests/worker/worker_test.ts", "lib/worker/worker.ts", "@grpc/grpc-js"), []);
});

Deno.test("a folder that is no room is reported", () => {
  assert.match(objections("lib/misc/things.ts", "lib/units/duration.ts")[0] ?? "", /misc is no room/);
  assert.equal(objections("lib/cli/main.ts", "lib/misc/things.ts").length, 1);
});

Deno.test("each cycle is found once, a diamond is none", () => {
  const edges = (...pairs: string[]) =>
    pairs.map((pair) => ({ from: pair[0] ?? "", to: pair[1] ?? "", line: 1 }));
  assert.deepEqual(cycles(edges("ab", "ac", "bd", "cd")), []);
  assert.deepEqual(cycles(edges("ab", "bc", "ca")), [["a", "b", "c", "a"]]);
  assert.deepEqual(cycles(edges("xa", "ab", "ba", "aa")), [["a", "b", "a"], ["a", "a"]]);
});

Deno.test("imports are read with types, exports and dynamic imports, by name and line", async () => {
  await using directory = await temporaryDirectory();
  const root = await Deno.realPath(directory.path);
  const files = {
    "deno.json": "{}",
    "lib/a/one.ts": [
      `import type { Two } from "./two.ts";`,
      `export { join } from "node:path";`,
      `export const load = () => import("../b/three.ts");`,
      `export type { Two };`,
    ].join("\n"),
    "lib/a/two.ts": "export type Two = 2;",
    "lib/b/three.ts": `// import "./four.ts";`,
  };
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(join(root, path, ".."), { recursive: true });
    await Deno.writeTextFile(join(root, path), text);
  }
  assert.deepEqual(await importsOf([join(root, "lib/a/one.ts")], { root }), [
    { from: "lib/a/one.ts", to: "lib/a/two.ts", line: 1 },
    { from: "lib/a/one.ts", to: "node:path", line: 2 },
    { from: "lib/a/one.ts", to: "lib/b/three.ts", line: 3 },
  ]);
});
