import assert from "node:assert/strict";
import fc from "fast-check";
import { Buffer } from "node:buffer";
import { MASK, Masker, maskText } from "../../../lib/agent/logs/masker.ts";
import { SecretSet } from "../../../lib/agent/logs/secret_set.ts";

function secretSet(...values: string[]): SecretSet {
  const secrets = new SecretSet();
  secrets.add(...values);
  return secrets;
}

function maskChunks(chunks: readonly Uint8Array[], secrets: SecretSet): string {
  const masker = new Masker(secrets);
  const parts = chunks.flatMap((chunk) => masker.push(chunk));
  return Buffer.concat([...parts, ...masker.flush()]).toString("latin1");
}

function maskCut(text: string, cuts: readonly number[], secrets: SecretSet): string {
  const bytes = Buffer.from(text);
  const ends = [...cuts, bytes.length].map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b);
  return maskChunks(ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end)), secrets);
}

for (
  const { what, secrets, text, expected } of [
    { what: "a secret", secrets: ["hunter2"], text: "a hunter2 b", expected: `a ${MASK} b` },
    { what: "every place of it", secrets: ["ab"], text: "ab-abab", expected: `${MASK}-${MASK}${MASK}` },
    { what: "nothing else", secrets: ["hunter2"], text: "hunter1 hunter", expected: "hunter1 hunter" },
    { what: "several secrets", secrets: ["one", "two"], text: "two one", expected: `${MASK} ${MASK}` },
    {
      what: "the longest of two",
      secrets: ["abc", "abcdef"],
      text: "abcdef abc",
      expected: `${MASK} ${MASK}`,
    },
    { what: "overlapping secrets as one", secrets: ["abcd", "cdef"], text: "abcdef", expected: MASK },
    { what: "a secret that overlaps itself", secrets: ["aa"], text: "aaa b", expected: `${MASK} b` },
    {
      what: "nothing for a secret of white space",
      secrets: ["\n", "  "],
      text: "a  b\n",
      expected: "a  b\n",
    },
    {
      what: "a secret over lines as a terminal shows it",
      secrets: ["one\ntwo"],
      text: "one\r\ntwo\r\n",
      expected: `${MASK}\r\n`,
    },
    { what: "a secret over lines", secrets: ["one\ntwo\n"], text: "one\ntwo\nx", expected: `${MASK}x` },
    {
      what: "also without its last line break",
      secrets: ["one\ntwo\n"],
      text: "one\ntwo.",
      expected: `${MASK}.`,
    },
    { what: "single characters", secrets: ["x"], text: "axxb", expected: `a${MASK}${MASK}b` },
    { what: "nothing for an empty secret", secrets: [""], text: "text", expected: "text" },
  ]
) {
  Deno.test(`hides ${what}`, () => {
    assert.equal(maskText(text, secretSet(...secrets)), expected);
  });
}

Deno.test("hides secrets that are not ASCII, in the bytes of UTF-8", () => {
  assert.equal(maskText("pässwörd→x", secretSet("pässwörd→")), `${MASK}x`);
});

Deno.test("leaves bytes that are no text as they are", () => {
  const bytes = Uint8Array.from({ length: 512 }, (_, i) => i % 256);
  assert.equal(maskChunks([bytes], secretSet("zzz")), Buffer.from(bytes).toString("latin1"));
});

Deno.test("hides a secret wherever one chunk ends and the next begins", () => {
  for (let cut = 0; cut <= "x hunter2 y".length; cut++) {
    assert.equal(maskCut("x hunter2 y", [cut], secretSet("hunter2")), `x ${MASK} y`);
  }
});

Deno.test("holds back only what can still become a secret", () => {
  const masker = new Masker(secretSet("hunter2"));
  assert.equal(Buffer.concat(masker.push(Buffer.from("the hunt"))).toString(), "the ");
  assert.equal(Buffer.concat(masker.push(Buffer.from("s"))).toString(), "hunts");
});

Deno.test("hides secrets from the moment they are known", () => {
  const secrets = secretSet();
  const masker = new Masker(secrets);
  assert.equal(Buffer.concat(masker.push(Buffer.from("late "))).toString(), "late ");
  secrets.add("late");
  assert.equal(Buffer.concat([...masker.push(Buffer.from("late")), ...masker.flush()]).toString(), MASK);
});

const letters = fc.array(fc.constantFrom("a", "b", "\n", "é"), { maxLength: 40 }).map((parts) =>
  parts.join("")
);
const secretValues = fc.array(
  fc.array(fc.constantFrom("a", "b", "\n", "é"), { minLength: 1, maxLength: 6 }).map((parts) =>
    parts.join("")
  ),
  { maxLength: 4 },
);

Deno.test("any way to cut a text into chunks hides the same", () => {
  fc.assert(
    fc.property(letters, secretValues, fc.array(fc.nat({ max: 80 })), (text, values, cuts) => {
      const secrets = secretSet(...values);
      assert.equal(maskCut(text, cuts, secrets), maskCut(text, [], secrets));
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("every byte that belongs to a secret is hidden, and no other", () => {
  fc.assert(
    fc.property(letters, secretValues, (text, values) => {
      const bytes = Buffer.from(text).toString("latin1");
      const hidden = new Array<boolean>(bytes.length).fill(false);
      const secrets = secretSet(...values);
      for (const value of secrets.values) {
        for (let at = bytes.indexOf(value); at !== -1; at = bytes.indexOf(value, at + 1)) {
          hidden.fill(true, at, at + value.length);
        }
      }
      const shown = [...bytes].filter((_, i) => !hidden[i]).join("");
      assert.equal(maskCut(text, [], secrets).replaceAll(MASK, ""), shown);
    }),
    { numRuns: 2_000 },
  );
});
