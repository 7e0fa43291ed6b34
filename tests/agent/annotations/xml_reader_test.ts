import assert from "node:assert/strict";
import { readXml } from "../../../lib/agent/annotations/xml_reader.ts";

Deno.test("tags, attributes, texts, CDATA and entities are read; comments and declarations are not", () => {
  const document =
    `<?xml version="1.0"?><!DOCTYPE a><!-- <b> --><a x="1 &gt; 0" y='"'>t&#233;&amp;lt;<b z=">"/><![CDATA[<&amp;>]]></a>`;
  assert.deepEqual(
    [...readXml(document)].map((event) => event.kind === "open" ? [event.name, ...event.attributes] : event),
    [
      ["a", ["x", "1 > 0"], ["y", '"']],
      { kind: "text", text: "t\u00e9&lt;" },
      ["b", ["z", ">"]],
      { kind: "close", name: "b" },
      { kind: "text", text: "<&amp;>" },
      { kind: "close", name: "a" },
    ],
  );
});

Deno.test("entities of the document's own are left as they are", () => {
  assert.deepEqual([...readXml("<a>&bomb;&#x110000;</a>")][1], { kind: "text", text: "&bomb;&#x110000;" });
});

Deno.test("a document's own declarations are left out, and a bomb of entities stays small", () => {
  const bomb = `<!DOCTYPE a [
    <!ENTITY x0 "ha > ]">
    ${Array.from({ length: 40 }, (_, n) => `<!ENTITY x${n + 1} "${`&x${n};`.repeat(10)}">`).join("\n")}
    <!ENTITY file SYSTEM "file:///etc/passwd">
  ]><a b="&x40;">&file;</a>`;
  assert.deepEqual([...readXml(bomb)], [
    { kind: "open", name: "a", attributes: new Map([["b", "&x40;"]]) },
    { kind: "text", text: "&file;" },
    { kind: "close", name: "a" },
  ]);
});

for (
  const [what, document] of [
    ["an open tag", `<${"a ".repeat(4e6)}`],
    ["attributes without an end", `<a ${'b="1" '.repeat(1e6)}`],
    ["open tags", "<a>".repeat(1e6)],
    ["angle brackets", "<".repeat(8e6)],
    ["ampersands", `<a>${"&a".repeat(4e6)}`],
    ["equals signs", `<a ${"=".repeat(8e6)}>`],
  ] as const
) {
  Deno.test(`a large document of ${what} is read in one pass`, () => {
    assert.throws(() => {
      for (const _ of readXml(document)) { /* the error comes at the end */ }
    }, /^Error: Reading XML: /);
  });
}

for (const document of ["", "none", "<a>", "<a></b>", "</a>", "<a", '<a b="', "<!-- ", "<a><![CDATA[ </a>"]) {
  Deno.test(`${JSON.stringify(document)} is no XML`, () => {
    assert.throws(() => [...readXml(document)], /^Error: Reading XML: /);
  });
}
