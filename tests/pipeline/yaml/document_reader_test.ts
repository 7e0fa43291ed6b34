import assert from "node:assert/strict";
import { readDocument } from "../../../lib/pipeline/yaml/document_reader.ts";
import type { YamlNode } from "../../../lib/pipeline/yaml/yaml_node.ts";
import { YamlSyntaxError } from "../../../lib/pipeline/yaml/yaml_syntax_error.ts";

/** A node as tests write it: texts, lists, and maps as lists of their entries. */
type Simple = string | readonly Simple[] | {
  readonly map: readonly (readonly [key: Simple, value: Simple])[];
};

function simplified(node: YamlNode): Simple {
  switch (node.kind) {
    case "scalar":
      return node.text;
    case "alias":
      return `*${node.name}`;
    case "list":
      return node.items.map(simplified);
    case "map":
      return { map: node.entries.map(({ key, value }) => [simplified(key), simplified(value)] as const) };
  }
}

/** What the value of the key `v` is. */
function valueOf(text: string): Simple | undefined {
  const root = readDocument(text);
  const entry = root?.kind === "map" ? root.entries.find(({ key }) => simplified(key) === "v") : undefined;
  return entry && simplified(entry.value);
}

const map = (...entries: readonly (readonly [key: Simple, value: Simple])[]): Simple => ({ map: entries });

const values: [text: string, value: Simple][] = [
  ["v: a b", "a b"],
  ["v:   a   b   ", "a   b"],
  ["v: a\n b\n  c\n\n d\ne: f", "a b c\nd"],
  ["v:\n  a\n  b", "a b"],
  ["v: a#b c:d -e ?f", "a#b c:d -e ?f"],
  ["v: http://x:80/?y=z#f", "http://x:80/?y=z#f"],
  ["v: a\t# comment", "a"],
  ["v: -a", "-a"],
  ["v: ?a", "?a"],
  ["v: :a", ":a"],
  ["v:\ta", "a"],
  ["v: a\r\n b\r\n", "a b"],
  ["v: a\r b\r", "a b"],
  ["v: a\u0085 b", "a b"],
  ["v: a\u2028 b", "a\u2028b"],
  ["v: 'it''s'", "it's"],
  ["v: 'a\n  b\n\n  c'", "a b\nc"],
  ["v: 'a\nb'", "a b"],
  ["v: ' a '", " a "],
  ["v: 'a'#b", "a"],
  ['v: "a\\tb\\x41\\u00e9\\U0001F600\\\'"', "a\tbAé😀'"],
  ['v: "a\\\n   b"', "ab"],
  ['v: "a \\\n   \\ b"', "a  b"],
  ['v: "a\n\n\n b"', "a\n\nb"],
  ['v: "a\\\n\n  b"', "a\nb"],
  ["v: |\n a\n  b\n\n c\n\n\n", "a\n b\n\nc\n"],
  ["v: |-\n a\n\n", "a"],
  ["v: |+\n a\n\n", "a\n\n"],
  ["v: |2-\n   a\n  b", " a\nb"],
  ["v: |-2\n   a\n  b", " a\nb"],
  ["v: | # comment\n a", "a"],
  ["v: |\n\n\n a\n", "\n\na\n"],
  ["v: |\nw: x", ""],
  ["v: |\n a\n \tb: c", "a\n\tb: c"],
  ["v: >\n a\n b\n\n c\n", "a b\nc\n"],
  ["v: >\n a\n   b\n c\n", "a\n  b\nc\n"],
  ["v: >-\n\n a\n\n\n b", "\na\n\nb"],
  ["v: >\n a\n\n   b\n\n c\n", "a\n\n  b\n\nc\n"],
  ["v: [a, 'b', c d, [], {}]", ["a", "b", "c d", [], map()]],
  ["v: [a,\nb\n]", ["a", "b"]],
  ["v: [a, b, ]", ["a", "b"]],
  ["v: [a: b, c: , d]", [map(["a", "b"]), map(["c", ""]), "d"]],
  ["v: [? a : b]", [map(["a", "b"])]],
  ["v: [a b\n c, # comment\n d]", ["a b c", "d"]],
  ["v: {a: b, c, d: , 'e':f}", map(["a", "b"], ["c", ""], ["d", ""], ["e", "f"])],
  ["v: {a:b}", map(["a:b", ""])],
  ['v: {"a":b, ? c : d, ? : e}', map(["a", "b"], ["c", "d"], ["", "e"])],
  ["v: {\na: b\n}", map(["a", "b"])],
  ["v:\n- a\n- b\nw: x", ["a", "b"]],
  ["v:\n  - a\n  -\n  - b: c\n    d: e\n  - - f\n    - g\n  -   - h", [
    "a",
    "",
    map(["b", "c"], ["d", "e"]),
    ["f", "g"],
    ["h"],
  ]],
  [
    "v:\n  ? a\n  : b\n  ? c\n  ? |\n    d\n  : - e\n    - f",
    map(["a", "b"], ["c", ""], ["d\n", ["e", "f"]]),
  ],
  ["v:\n  a:\n  b:\n  - c\n  d:", map(["a", ""], ["b", ["c"]], ["d", ""])],
  ["v:\n  a: 1\n  a: 2", map(["a", "1"], ["a", "2"])],
  ["v:\n  <<: *x\n  << : [*y]", map(["<<", "*x"], ["<<", ["*y"]])],
  ["v: &a b", "b"],
  ["v: &a !b c", "c"],
  ["v: !<tag:yaml.org,2002:str> &a c", "c"],
  ["v: &a\n  b: c", map(["b", "c"])],
  ["v: &a\nw: x", ""],
  ["v: !\nw: x", ""],
  ["v: !!str", ""],
  ["*a : b\nv: c", "c"],
  ["&a v: c", "c"],
  ["!!map\nv: c", "c"],
  ["  v: c\n", "c"],
  ["  v: c\nw: d", "c"],
  ["v: c\n---\n}", "c"],
  ["v: c\n...\nx: y\n- {", "c"],
  ["---\nv: c", "c"],
  ["--- # comment\nv: c", "c"],
  ["%YAML 1.1\n---\nv: c", "c"],
  ["%TAG !x! tag:x,2000:\n---\nv: !x!y c", "c"],
  ["# a\n\n# b\nv: # c\n  # d\n  e # f\n# g", "e"],
];

for (const [text, value] of values) {
  Deno.test(`in ${JSON.stringify(text)} v is ${JSON.stringify(value)}`, () => {
    assert.deepEqual(valueOf(text), value);
  });
}

for (const text of ["", "\n# a\n", "---\n", "---\n...\nv: a", "---\n---\nv: a"]) {
  Deno.test(`${JSON.stringify(text)} has no first document, or an empty one`, () => {
    assert.equal(readDocument(text), undefined);
  });
}

const errors: [text: string, offset: number, message: RegExp][] = [
  ["v: a: b", 4, /no key for this ":"/],
  ["v: 'a': b", 6, /no key for this ":"/],
  ["v: a\n w: b", 7, /no key for this ":"/],
  ["v: - a", 3, /no list may begin here/],
  ["v: a\n- b", 5, /neither a key/],
  ["- a\nv: b", 4, /neither an item/],
  ["v:\n  - a\n - b", 10, /neither a key/],
  ["v: a\n b: c\n", 7, /no key for this ":"/],
  ["v\nw: a", 3, /no key for this ":"/],
  ["v: a\nw\nx: b", 5, /needs a ":" behind it/],
  ["v: [a", 3, /a list has no "]"/],
  ["v: [a,", 3, /a list has no "]"/],
  ["v: [a}", 5, /"," or "]" is missing/],
  ["v: [a b: c d\n", 3, /a list has no "]"/],
  ["v: {a: b", 3, /a map has no "}"/],
  ["v: [,]", 4, /a value is missing before this ","/],
  ["v: ]", 3, /a value is missing before this "]"/],
  [": a", 0, /neither a key/],
  ["v: 'a", 3, /no end/],
  ['v: "a\n---\n"', 3, /the document ends within/],
  ['v: "\\q"', 4, /"\\q" means nothing/],
  ['v: "\\x4"', 4, /2 hexadecimal digits/],
  ['v: "\\ud800"', 4, /4 hexadecimal digits/],
  ["v: @a", 3, /nothing can begin with "@"/],
  ["v: `a`", 3, /nothing can begin with "`"/],
  ["v: %a", 3, /nothing can begin with "%"/],
  ["v:\n\ta: b", 3, /nothing can begin with a tab/],
  ["v:\n  a\n\tb", 7, /a tab cannot indent/],
  ["v: |0\n a", 4, /indented by 0/],
  ["v: |a\n", 4, /in the line below/],
  ["v: |\n\ta", 5, /a tab cannot indent/],
  ["v: *", 3, /the name of an alias/],
  ["v: &a.b c", 3, /the name of an anchor/],
  ["v: !a!b c", 3, /nothing says what "!a!"/],
  ["v: !a{b} c", 3, /followed by a space/],
  ["v: !<a c", 6, /must end with ">"/],
  ["v: !%zz c", 4, /two hexadecimal digits/],
  ['v: "\\/"', 4, /means nothing/],
  ["%YAML 1.2\n---\nv: a", 0, /must be "%YAML 1.1"/],
  ["%FOO\n---\nv: a", 0, /must be "%YAML/],
  ["%YAML 1.1\n%YAML 1.1\n---\n", 10, /there twice/],
  ["%YAML 1.1\nv", 10, /begins with "---"/],
  ["...\nv: a", 0, /a value is missing/],
  ["v: ? a", 3, /no key may stand here/],
  [`${"k".repeat(1025)}: a`, 1025, /no key for this ":"/],
];

for (const [text, offset, message] of errors) {
  Deno.test(`${JSON.stringify(text.slice(0, 40))} is an error at ${offset}`, () => {
    assert.throws(() => readDocument(text), (error) => {
      assert(error instanceof YamlSyntaxError);
      assert.match(error.message, message);
      assert.equal(error.offset, offset);
      return true;
    });
  });
}

Deno.test("a node begins where its anchor or its tag does, a key where it is written", () => {
  const root = readDocument("a: b\nc: &x\n  d: !y [e]\n");
  assert(root?.kind === "map");
  const [, second] = root.entries;
  assert.equal(second?.key.offset, 5);
  assert.equal(second?.value.offset, 8);
  const [inner] = second?.value.kind === "map" ? second.value.entries : [];
  assert.equal(inner?.value.offset, 16);
});

Deno.test("what is quoted, in a block or with a tag is told from what is not", () => {
  const root = readDocument("[a, 'a', \"a\", !!str a, !<x> a, ! a]");
  assert(root?.kind === "list");
  assert.deepEqual(
    root.items.map((item) => item.kind === "scalar" && [item.isPlain, item.tag]),
    [
      [true, undefined],
      [false, undefined],
      [false, undefined],
      [true, "tag:yaml.org,2002:str"],
      [true, "x"],
      [true, undefined],
    ],
  );
});
