import assert from "node:assert/strict";
import { parseVariablesFile } from "../../../lib/agent/environment/variables_file.ts";

function parse(text: string) {
  const { variables, problems } = parseVariablesFile(new TextEncoder().encode(text));
  return { variables: Object.fromEntries(variables), problems };
}

Deno.test("lines of KEY=VALUE become variables; a value may hold anything but a line break", () => {
  assert.deepEqual(parse("A=B\nC==D\nE=\nF= g h \n"), {
    variables: { A: "B", C: "=D", E: "", F: " g h " },
    problems: [],
  });
});

Deno.test("the last line of a variable wins, and the last line needs no line break", () => {
  assert.deepEqual(parse("A=1\nA=2").variables, { A: "2" });
});

Deno.test("blank lines and Windows' line breaks are fine", () => {
  assert.deepEqual(parse("A=B\r\n\r\n\nC=D\r\n"), { variables: { A: "B", C: "D" }, problems: [] });
});

Deno.test("a line that is none is named by its number, never by its text, and the others count", () => {
  assert.deepEqual(parse("A=B\nsecret\n=x\nC=D"), {
    variables: { A: "B", C: "D" },
    problems: ["line 2: it must read KEY=VALUE", "line 3: it must read KEY=VALUE"],
  });
});

Deno.test("what PowerShell writes is read: UTF-16 and byte order marks", () => {
  const utf16 = new Uint8Array([0xff, 0xfe, ...Array.from("A=é\r\n").flatMap((c) => [c.charCodeAt(0), 0])]);
  assert.deepEqual([...parseVariablesFile(utf16).variables], [["A", "é"]]);
  assert.deepEqual(parse("\ufeffA=B\n").variables, { A: "B" });
});
