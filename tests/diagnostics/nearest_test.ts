import assert from "node:assert/strict";
import { nearest } from "../../lib/diagnostics/nearest.ts";

const KEYS = ["allowed-isolations", "labels", "name", "resources", "security", "token", "token-file"];

Deno.test("a misspelt word finds the one that was meant", () => {
  const cases: Array<[string, string]> = [
    ["allowed-isolation", "allowed-isolations"],
    ["lables", "labels"],
    ["LABELS", "labels"],
    ["nmae", "name"],
    ["resorces", "resources"],
    ["tokenfile", "token-file"],
    ["tokn", "token"],
  ];
  for (const [word, meant] of cases) assert.equal(nearest(word, KEYS), meant, word);
});

Deno.test("a word that resembles none finds none", () => {
  for (const word of ["", "upstream", "xyz", "nothing-like-it"]) {
    assert.equal(nearest(word, KEYS), undefined, word);
  }
});

Deno.test("the first of the equally near ones is taken", () => {
  assert.equal(nearest("cat", ["bat", "cut"]), "bat");
});

Deno.test("the shortest that the word begins comes before what differs by fewer letters", () => {
  assert.equal(nearest("on_fail", ["on_file", "on_failures", "on_failure"]), "on_failure");
  assert.equal(nearest("env", ["environment", "envy"]), "envy");
});

Deno.test("a word of hundreds of letters finds none, though it is near", () => {
  const word = "a".repeat(500);
  assert.equal(nearest(`${word}b`, [word]), undefined);
});

Deno.test("without candidates there is none", () => {
  assert.equal(nearest("name", []), undefined);
});
