import assert from "node:assert/strict";
import fc from "fast-check";
import { RE2JS } from "re2js";
import { literalHead, matchesPattern } from "../../lib/security/pattern.ts";

const TABLE: ReadonlyArray<[pattern: string, text: string, matches: boolean]> = [
  ["*", "", true],
  ["*", "/etc/passwd", true],
  ["", "", true],
  ["", "a", false],
  ["ghcr.io/org/*", "ghcr.io/org/a/b:1", true],
  ["ghcr.io/org/*", "ghcr.io/organisation", false],
  ["ghcr.io/org/*", "GHCR.IO/org/a", false],
  ["ghcr.io/org/*", "evil.com/ghcr.io/org/a", false],
  ["ghcr.io/*:14", "ghcr.io/org/macos:14", true],
  ["ghcr.io/*:14", "ghcr.io/org/macos:145", false],
  ["ab*ba", "aba", false],
  ["ab*ba", "abba", true],
  ["*ab*ab*", "xabxab", true],
  ["*ab*ab*", "xabx", false],
  ["a**b", "ab", true],
  ["a.c", "abc", false],
  ["[a]+?\\*", "[a]+?\\anything", true],
  ["[a]", "a", false],
  ["a*", "a\nb", true],
];

for (const [pattern, text, matches] of TABLE) {
  Deno.test(`${JSON.stringify(pattern)} ${matches ? "matches" : "does not match"} ${JSON.stringify(text)}`, () => {
    assert.equal(matchesPattern(pattern, text), matches);
  });
}

const letters = (alphabet: string) =>
  fc.array(fc.constantFrom(...alphabet), { maxLength: 12 }).map((found) => found.join(""));

Deno.test("a pattern matches what a regular expression with .* for each * matches", () => {
  fc.assert(
    fc.property(letters("ab*/."), letters("ab/.*"), (pattern, text) => {
      const expression = pattern.split("*").map((part) => RE2JS.quote(part)).join(".*");
      assert.equal(matchesPattern(pattern, text), RE2JS.matches(`(?s:${expression})`, text));
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("a pattern matches its literal parts with anything between them", () => {
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.string().map((part) => part.replaceAll("*", "")), fc.string()), { minLength: 1 }),
    (pieces) => {
      const pattern = pieces.map(([part]) => part).join("*");
      const text = pieces.map(([part, between], index) => index === 0 ? part : between + part).join("");
      assert.ok(matchesPattern(pattern, text));
    },
  ));
});

Deno.test("a pattern matches nothing that lacks one of its literal parts, in their order and case", () => {
  fc.assert(fc.property(letters("aB*/"), letters("abB/"), (pattern, text) => {
    if (!matchesPattern(pattern, text)) return;
    let rest = text;
    for (const part of pattern.split("*")) {
      assert.ok(rest.includes(part));
      rest = rest.slice(rest.indexOf(part) + part.length);
    }
    assert.ok(text.startsWith(literalHead(pattern)));
    if (!pattern.includes("*")) assert.equal(text, pattern);
  }));
});

Deno.test("a pattern of many stars is no way to make a worker busy", () => {
  assert.equal(matchesPattern("*a".repeat(2_000) + "b", "a".repeat(100_000)), false);
});
