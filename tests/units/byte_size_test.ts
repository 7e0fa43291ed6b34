import assert from "node:assert/strict";
import fc from "fast-check";
import { formatByteSize, parseByteSize } from "../../lib/units/byte_size.ts";

Deno.test("parseByteSize tells powers of 1000 from powers of 1024", () => {
  const cases: Array<[string, number]> = [
    ["0", 0],
    ["42", 42],
    ["42 B", 42],
    ["640 KB", 640_000],
    ["640KB", 640_000],
    ["640 kb", 640_000],
    ["10k", 10_000],
    ["100 MiB", 100 * 2 ** 20],
    ["100mib", 100 * 2 ** 20],
    ["2 Mi", 2 * 2 ** 20],
    ["50GB", 50e9],
    ["1.5 GiB", 1.5 * 2 ** 30],
    ["0.0015 KB", 1],
    ["1,024 B", 1024],
    ["1,000,000.5 KB", 1_000_000_500],
    [" 3 TB ", 3e12],
  ];
  for (const [text, bytes] of cases) assert.equal(parseByteSize(text), bytes, text);
});

Deno.test("parseByteSize says what is wrong", () => {
  const cases: Array<[string, RegExp]> = [
    ["", /write a number and a unit/],
    ["KB", /write a number and a unit/],
    ["-1 KB", /write a number and a unit/],
    ["1 2 KB", /write a number and a unit/],
    ["1e3", /write a number and a unit/],
    ["12 XB", /unknown unit "XB"/],
    ["12 bi", /unknown unit "bi"/],
    ["1,5 GB", /comma only groups three digits/],
    ["1000 EB", /larger than 9 PB/],
  ];
  for (const [text, message] of cases) {
    assert.throws(() => parseByteSize(text), { name: "SyntaxError", message }, text);
  }
});

Deno.test("formatByteSize keeps at most one decimal", () => {
  const cases: Array<[number, string]> = [
    [0, "0 B"],
    [999, "999 B"],
    [1_000, "1 KB"],
    [640_000, "640 KB"],
    [999_960, "1 MB"],
    [1_500_000_000, "1.5 GB"],
    [2e15, "2 PB"],
  ];
  for (const [bytes, text] of cases) assert.equal(formatByteSize(bytes), text);
});

Deno.test("parseByteSize reads back what formatByteSize writes, to its precision", () => {
  fc.assert(fc.property(fc.nat(2 ** 40), (bytes) => {
    const read = parseByteSize(formatByteSize(bytes));
    assert.ok(Math.abs(read - bytes) <= Math.max(0.5, bytes * 0.06), `${bytes} became ${read}`);
  }));
});
