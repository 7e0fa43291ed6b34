import assert from "node:assert/strict";
import { PathGlob } from "../../lib/agent/path_glob.ts";

for (
  const [glob, matches, differs] of [
    ["a/*.txt", ["a/b.txt"], ["a/b/c.txt", "a.txt", "a/b.txt/c"]],
    ["**/node_modules", ["node_modules", "a/node_modules", "a/b/node_modules"], [
      "node_modules/a",
      "xnode_modules",
    ]],
    ["a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["b", "a/b/c"]],
    ["a/**", ["a", "a/b", "a/b/c"], ["b"]],
    ["{a,b/c}/*.x{1,2}", ["a/f.x1", "b/c/f.x2"], ["b/f.x1", "a/f.x3"]],
    ["[ab]?", ["ax", "by"], ["a", "cx"]],
    ["./a/*", ["a/b"], []],
  ] as const
) {
  Deno.test(`${glob} matches ${matches.join(", ")}`, () => {
    const parsed = new PathGlob(glob);
    for (const path of matches) assert.ok(parsed.matches(path), path);
    for (const path of differs) assert.ok(!parsed.matches(path), path);
  });
}

Deno.test("a glob with many ** over a deep path is matched at once", () => {
  const glob = new PathGlob("**/a/".repeat(50) + "b");
  assert.equal(glob.matches("a/".repeat(2_000) + "c"), false);
});

Deno.test("the root of a glob is the folder that holds all that can match", () => {
  assert.equal(new PathGlob("a/b/*.txt").root, "a/b");
  assert.equal(new PathGlob("*.txt").root, "");
});

Deno.test("braces that stand for too many paths are refused", () => {
  assert.throws(
    () => new PathGlob("{a,b}".repeat(40)),
    /its braces stand for more than 1000 paths; write fewer/,
  );
});
