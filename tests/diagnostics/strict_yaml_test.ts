import assert from "node:assert/strict";
import { readStrictYaml } from "../../lib/diagnostics/strict_yaml.ts";
import { childOf, type YamlNode } from "../../lib/diagnostics/yaml_node.ts";

function read(source: string): YamlNode {
  const { root, diagnostics } = readStrictYaml(source, { path: "f.yml" });
  assert.deepEqual(diagnostics, []);
  assert.ok(root);
  return root;
}

function plain(node: YamlNode | undefined): unknown {
  if (!node) return undefined;
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.children.map(plain);
  return Object.fromEntries(node.children.map((child) => [child.name, plain(child)]));
}

/** Each problem as `line:column message`. */
function problems(source: string): string[] {
  return readStrictYaml(source, { path: "f.yml" }).diagnostics.map(({ message, position }) =>
    `${position?.line}:${position?.column} ${message}`
  );
}

Deno.test("a scalar keeps its text beside what YAML takes it for", () => {
  const root = read("a: 1.10\nb: '1.10'\nc: ~\n");
  const [a, b, c] = ["a", "b", "c"].map((name) => childOf(root, name));
  assert.ok(a?.kind === "scalar" && b?.kind === "scalar" && c?.kind === "scalar");
  assert.deepEqual([a.text, a.value, a.plain], ["1.10", 1.1, true]);
  assert.deepEqual([b.text, b.value, b.plain], ["1.10", "1.10", false]);
  assert.deepEqual([c.isNull, a.isNull], [true, false]);
});

Deno.test("keys and values know where they stand", () => {
  const list = childOf(read("x: 1\nlist:\n  - one\n  - two: 2\n"), "list");
  assert.ok(list?.kind === "list");
  assert.deepEqual(list.at, { line: 2, column: 1 });
  assert.deepEqual(list.valueAt, { line: 3, column: 3 });
  assert.deepEqual(list.children.map(({ at }) => at), [{ line: 3, column: 5 }, { line: 4, column: 5 }]);
});

Deno.test("aliases stand for what they name, at their own place", () => {
  const alias = childOf(read("a: &a {b: 1}\nc: *a\n"), "c");
  assert.deepEqual(plain(alias), { b: 1 });
  assert.deepEqual(alias?.at, { line: 2, column: 1 });
});

Deno.test("merge keys bring what is not written; of several templates the first wins", () => {
  const source = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  <<: [*a, *b]\n  x: 3\n";
  assert.deepEqual(plain(childOf(read(source), "c")), { x: 3, y: 1, z: 2 });
});

Deno.test("a key that is there twice is told with both places", () => {
  assert.deepEqual(problems("a: 1\nb:\n  c: 1\n  c: 2\na: 2\n"), [
    '4:3 The key "c" is there twice, also at 3:3: remove one of them',
    '5:1 The key "a" is there twice, also at 1:1: remove one of them',
  ]);
});

Deno.test("nothing is passed over: a second document, an unknown tag, a missing anchor, a key of an odd kind", () => {
  assert.match(problems("a: 1\n---\nb: 2\n").join(), /^2:1 A second YAML document/);
  assert.match(problems("a: !secret x\n").join(), /^1:4 .*unresolved tag/);
  assert.match(problems("a: *b\n").join(), /^1:4 There is no anchor "b"/);
  assert.match(problems("? [a]\n: 1\n").join(), /^1:3 A key must be a text/);
  assert.match(problems("__proto__: {a: 1}\n").join(), /^1:1 No key can be called "__proto__"/);
  assert.match(problems("a: 1\nb:\n  <<: text\n").join(), /^3:3 Only a map/);
});

Deno.test("what is no YAML is told with its place, and nothing of it is read", () => {
  const { root, diagnostics } = readStrictYaml("a: [1\nb: 2\n", { path: "f.yml" });
  assert.equal(root, undefined);
  assert.deepEqual(diagnostics[0]?.position, { line: 2, column: 1 });
});

Deno.test("an empty file says nothing and is not wrong", () => {
  for (const source of ["", "\n", "# only a comment\n", "---\n"]) {
    assert.deepEqual(readStrictYaml(source, { path: "f.yml" }), { root: undefined, diagnostics: [] });
  }
});

Deno.test("files that nest without end, stand within themselves or multiply are refused", () => {
  const bomb = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let i = 1; i < 8; i++) bomb.push(`a${i}: &a${i} [${Array(10).fill(`*a${i - 1}`).join(", ")}]`);
  for (const source of ["[".repeat(4_000), "- ".repeat(2_000), "a: &a [*a]\n", bomb.join("\n")]) {
    assert.match(problems(source).join("\n"), /nested too deep or too long/);
  }
});

Deno.test("files that nobody writes are refused before they are read", () => {
  assert.match(problems("# comment\n".repeat(10_000)).join(), /longer than 65536 characters/);
  assert.match(problems(`a: ${"x".repeat(5_000)}\n`).join(), /a line of it is longer than 4096 characters/);
  assert.match(problems(`a: '${"it''s\n ".repeat(1_000)}'`).join(), /more than 1000 doubled quotes/);
});
