import assert from "node:assert/strict";
import { parseEnvFile } from "../../../lib/cli/run/env_file.ts";
import { UsageError } from "../../../lib/cli/usage_error.ts";

const parse = (text: string) => Object.fromEntries(parseEnvFile(text, ".env"));

Deno.test("an env file sets one variable a line", () => {
  assert.deepEqual(parse("A=1\nB_2=two words\n\n  C = spaced  \nEMPTY="), {
    A: "1",
    B_2: "two words",
    C: "spaced",
    EMPTY: "",
  });
});

Deno.test("comments and export are left out", () => {
  assert.deepEqual(parse("# head\nexport A=1 # one\nB=a#b\nC=#nothing\nexport=kept"), {
    A: "1",
    B: "a#b",
    C: "",
    export: "kept",
  });
});

Deno.test("single quotes keep everything, line breaks included", () => {
  assert.deepEqual(parse("A='a # $b \\n\n\"c\"' # comment\nB=''"), { A: 'a # $b \\n\n"c"', B: "" });
});

Deno.test("double quotes know line breaks, tabs and quotes", () => {
  assert.deepEqual(parse('A="one\\ntwo\\t\\"three\\" \\\\ \\$x\nfour"'), {
    A: 'one\ntwo\t"three" \\ $x\nfour',
  });
});

Deno.test("a byte order mark and Windows line ends are no part of a value", () => {
  assert.deepEqual(parse("\uFEFFA=1\r\nB='2'\r\n"), { A: "1", B: "2" });
});

Deno.test("the last of two lines for one name wins", () => {
  assert.deepEqual(parse("A=1\nA=2"), { A: "2" });
});

for (
  const [what, text, message] of [
    [
      "a line without a name",
      "A=1\n=2",
      ".env:2: Expected a variable's name; write NAME=VALUE, and # before a comment",
    ],
    ["a line without a value", "\n\nTOKEN\nB=1", '.env:3: Expected "=" after TOKEN; write TOKEN=VALUE'],
    ["a quote that never ends", "A=1\nB='x\ny\nz", ".env:2: The value of B has no closing '"],
    [
      "text behind a quote",
      'A="x" hidden',
      '.env:1: Expected the end of the line after the closing " of A; write the whole value in quotes',
    ],
  ] as const
) {
  Deno.test(`${what} is refused with its line and without its value`, () => {
    assert.throws(() => parseEnvFile(text, ".env"), new UsageError(message));
  });
}
