import assert from "node:assert/strict";
import fc from "fast-check";
import { formatDuration, parseDuration } from "../../lib/units/duration.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

Deno.test("parseDuration reads what Go reads", () => {
  const cases: Array<[string, number]> = [
    ["0", 0],
    ["+0", 0],
    ["0s", 0],
    ["5s", 5_000],
    ["30s", 30_000],
    ["1478s", 1_478_000],
    ["-5s", -5_000],
    ["+5s", 5_000],
    ["5.0s", 5_000],
    ["5.6s", 5_600],
    ["5.s", 5_000],
    [".5s", 500],
    ["1.004s", 1_004],
    ["100.00100s", 100_001],
    ["10ns", 1e-5],
    ["11us", 0.011],
    ["12µs", 0.012],
    ["12μs", 0.012],
    ["13ms", 13],
    ["15m", 15 * MINUTE],
    ["16h", 16 * HOUR],
    ["3h30m", 3.5 * HOUR],
    ["10.5s4m", 4 * MINUTE + 10_500],
    ["-2m3.4s", -(2 * MINUTE + 3_400)],
    ["1h2m3s4ms5us6ns", HOUR + 2 * MINUTE + 3_004.005006],
    ["0.1ns", 0],
    ["9223372036854775807ns", 9223372036854.775807],
  ];
  for (const [text, ms] of cases) assert.equal(parseDuration(text), ms, text);
});

Deno.test("parseDuration says what is wrong with what Go refuses", () => {
  const cases: Array<[string, RegExp]> = [
    ["", /it is empty/],
    ["-", /it is empty/],
    ["3", /unit is missing after "3"/],
    ["3h5", /unit is missing after "5"/],
    ["s", /expected a number before "s"/],
    [".", /expected a number before "\."/],
    [".s", /expected a number before "\.s"/],
    ["+.s", /expected a number/],
    ["--5s", /expected a number before "-"/],
    ["3d", /unknown unit "d"; the units are ns, us, ms, s, m and h/],
    ["3H", /unknown unit "H"/],
    ["3 h", /unknown unit " h"/],
    [" 3h", /expected a number/],
    ["1..5s", /unit is missing after "1\."/],
    ["1e3s", /unknown unit "e"/],
    ["9223372036854775808ns", /longest there is/],
    ["3000000h", /longest there is/],
  ];
  for (const [text, message] of cases) {
    assert.throws(() => parseDuration(text), { name: "SyntaxError", message }, text);
  }
});

Deno.test("parseDuration reads any sum of whole units", () => {
  const parts = fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000), fc.nat(1000));
  fc.assert(fc.property(parts, ([h, m, s, ms]) => {
    assert.equal(parseDuration(`${h}h${m}m${s}s${ms}ms`), h * HOUR + m * MINUTE + s * 1000 + ms);
  }));
});

Deno.test("formatDuration keeps the two largest units that say something", () => {
  const cases: Array<[number, string]> = [
    [0, "0ms"],
    [350.4, "350ms"],
    [999.6, "1s"],
    [1_000, "1s"],
    [4_210, "4.2s"],
    [59_949, "59.9s"],
    [59_960, "1m"],
    [125_000, "2m 5s"],
    [HOUR - 400, "1h"],
    [HOUR + 10 * MINUTE, "1h 10m"],
    [24 * HOUR - 1, "1d"],
    [74 * HOUR, "3d 2h"],
    [-4_210, "-4.2s"],
  ];
  for (const [ms, text] of cases) assert.equal(formatDuration(ms), text);
});
