import assert from "node:assert/strict";
import { limits } from "../../lib/pipeline/limits.ts";
import { assertError, errorsOf, parse, taskOf, tasksOf } from "./reading.ts";

/** What the variable V of a task is when its value is written so. */
async function valueOf(written: string): Promise<string | undefined> {
  const { environment } = await taskOf(`t_task:\n  persistent_worker: {}\n  env:\n    V: ${written}\n`);
  return environment?.V;
}

const values: [written: string, value: string][] = [
  ["1.0", "1.0"],
  ["0x10", "0x10"],
  ["010", "010"],
  ["1_000", "1_000"],
  ["YES", "YES"],
  ["True", "True"],
  ["2020-01-01", "2020-01-01"],
  ["!!str 5", "5"],
  ["!foo bar", "bar"],
  ["!!binary aGk=", "aGk="],
  ["", ""],
  ["~", "~"],
  ["null", "null"],
  ["'it''s'", "it's"],
  ['"a\\tb"', "a\tb"],
  ['"it\\\'s"', "it's"],
  ['"a\\\\"', "a\\"],
  ["x # comment", "x"],
  ["'x'# comment", "x"],
  ["x#y", "x#y"],
  ["|\n      a\n      b", "a\nb\n"],
  ["|-\n      a\n      b", "a\nb"],
  [">\n      a\n      b\n\n      c", "a b\nc\n"],
  ["a\n      b", "a b"],
  ["'a\n  b'", "a b"],
  ['"a\nb\n\nc"', "a b\nc"],
  ["[a,\nb\n]", "a\nb"],
  ['["a]",\n# no: }\n"b"\n]', "a]\nb"],
];

for (const [written, value] of values) {
  Deno.test(`the value ${JSON.stringify(written)} is the text ${JSON.stringify(value)}`, async () => {
    assert.equal(await valueOf(written), value);
  });
}

for (const source of ["", "# nothing\n", "\uFEFF", "\n\n"]) {
  Deno.test(`the file ${JSON.stringify(source)} has no tasks and no errors`, async () => {
    assert.deepEqual(await parse(source), { tasks: [], diagnostics: [] });
  });
}

for (const source of ["- a\n", "text\n", "~\n", "[]\n", "'a'\n"]) {
  Deno.test(`a root that is ${JSON.stringify(source)} is an error at the start`, async () => {
    await assertError(source, { place: "1:1", text: "must be a map" });
  });
}

const TASK = "t_task:\n  persistent_worker: {}\n";

Deno.test("only the first document counts", async () => {
  assert.deepEqual((await tasksOf(`${TASK}---\nother_task: [\n`)).map(({ name }) => name), ["t"]);
  assert.deepEqual((await tasksOf(`---\n${TASK}...\n}}}\n`)).map(({ name }) => name), ["t"]);
});

Deno.test("a byte order mark and CRLF are no part of any text", async () => {
  const source = `\uFEFF${TASK}  a_script: |\n    x\n    y\n`.replaceAll("\n", "\r\n");
  const { commands } = await taskOf(source);
  assert.deepEqual(commands?.[1]?.scriptInstruction, { scripts: ["x", "y", ""] });
});

Deno.test("null items of lists are dropped, quoted ones stay", async () => {
  const { environment } = await taskOf(
    `${TASK}  env:\n    V:\n      - a\n      -\n      - ~\n      - null\n      - Null\n      - NULL\n      - !!null x\n      - "null"\n      - ''\n      - nULL\n`,
  );
  assert.equal(environment?.V, "a\nnull\n\nnULL");
});

const typedKeys = (
  "true True TRUE false False FALSE null Null NULL ~ 1 +1 -5 012 08 0x1F 0o17 0b11 1_000 1.5 1. .5 1e3 .inf -.INF " +
  ".NaN 2021-01-01 2021-1-1 2021-01-01T10:20:30Z"
).split(" ");

for (const key of [...typedKeys, "[a]", "{a: b}", "*x", "? [a]\n"]) {
  Deno.test(`the key ${JSON.stringify(key)} is an error at the start of its map, for it is no text`, async () => {
    const value = key.startsWith("?") ? ": b" : " : b";
    await assertError(`${TASK}  x: &x a\n  y:\n    z:\n    ${key.replace("\n", "\n    ")}${value}\n`, {
      place: "5:5",
      text: "in line 6 is no text",
    });
  });
}

const textKeys = "yes no on off y n nULL tRUE 12:30 5a 1e 0x = 2021-13-01 1e999 .5_ '1' \"true\" '~'".split(
  " ",
);

for (const key of [...textKeys, "!!str 1", "'<<'"]) {
  Deno.test(`the key ${key} is a text`, async () => {
    assert.deepEqual(await errorsOf(`${key} : b\n${TASK}`), []);
  });
}

const broken: [what: string, source: string, place: string, text: string][] = [
  ["a syntax error", `${TASK}  a_script: [\n`, "3:13", 'no "]"'],
  ["a tab as indentation", "t_task:\n\tname: a\n", "2:1", "a tab"],
  ["an alias without an anchor", `${TASK}  name: *x\n`, "3:9", 'no anchor "x"'],
  ["an alias before its anchor", `${TASK}  name: *x\n  alias: &x a\n`, "3:9", 'no anchor "x"'],
  ["an expression that YAML takes for a tag", `${TASK}  skip: !changesInclude('a')\n`, "3:3", "in quotes"],
  ["a control character", `${TASK}  name: a\u001bb\n`, "3:10", "U+001B"],
  ["an anchor that is no word", `${TASK}  name: &a.b c\n`, "3:9", "letters"],
];

for (const [what, source, place, text] of broken) {
  Deno.test(`${what} is an error`, () => assertError(source, { place, text }));
}

Deno.test("every key that is no text is told in one run", async () => {
  const errors = await errorsOf(`1: a\n${TASK}  env: {true: b, c: d}\n`);
  assert.deepEqual(errors.map((error) => error.split(" ")[0]), ["1:1", "4:8"]);
});

Deno.test("each part of the file that is no YAML is told in one run", async () => {
  const errors = await errorsOf(
    `a_task:\n  name: x: y\nb_task:\n  name: [c\nenv:\n  - A: b\nc_task:\n\tname: d\n`,
  );
  assert.deepEqual(errors.map((error) => error.split(" ")[0]), ["2:10", "5:4", "8:1"]);
});

Deno.test("places below a text that goes on further left are those of the file", async () => {
  await assertError(`t_task:\n  env: {A: "x\ny", B: [\nz]}\n  persistent_worker: {}\n  timeout_in: soon\n`, {
    place: "6:3",
    text: "timeout_in",
  });
  await assertError(`t_task:\n  env: {A: "x\ny", 1: b}\n  persistent_worker: {}\n`, {
    place: "2:8",
    text: 'the key "1" in line 3 is no text',
  });
});

Deno.test("a byte order mark has no column", async () => {
  await assertError("\uFEFFt_task: {name: [a], persistent_worker: {}}\n", {
    place: "1:10",
    text: "must be a scalar",
  });
});

Deno.test("a file that is too long is an error", async () => {
  await assertError("#".repeat(limits.sourceLength + 1), { place: "1:1", text: "longer than" });
});

Deno.test("maps and lists that are nested too deep are an error", async () => {
  const depth = limits.nesting + 1;
  await assertError(`a: ${"[".repeat(depth)}${"]".repeat(depth)}\n`, {
    place: `1:${4 + limits.nesting}`,
    text: "nested more than",
  });
});

Deno.test("a file that is nested as deep as is allowed is read", async () => {
  const depth = limits.nesting - 1;
  assert.deepEqual(await errorsOf(`${TASK}x: ${"[".repeat(depth)}${"]".repeat(depth)}\n`), []);
});

Deno.test("aliases of aliases of aliases are an error once they grow too large", async () => {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level < 9; level++) {
    lines.push(`a${level}: &a${level} [${Array(10).fill(`*a${level - 1}`).join(", ")}]`);
  }
  const [error, ...others] = await errorsOf(`${lines.join("\n")}\n${TASK}`);
  assert.match(error ?? "", /^\d+:1 .*aliases and merges here are too much/);
  assert(others.length < lines.length);
});
