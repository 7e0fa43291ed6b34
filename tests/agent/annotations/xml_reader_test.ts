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

for (const document of ["<a>", "<a></b>", "</a>", "<a", '<a b="', "<!-- ", "<a><![CDATA[ </a>"]) {
  Deno.test(`${document} is no XML`, () => {
    assert.throws(() => [...readXml(document)], /^Error: Reading XML: /);
  });
}
