import assert from "node:assert/strict";
import { toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import type { ParseResult } from "../../lib/pipeline/parse.ts";
import { TaskSchema } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { parse } from "./reading.ts";

const EXAMPLE = `env: &env
  A: $B
  B: "b \${A}"
persistent_worker: &worker
  labels: {os: darwin}
  isolation:
    tart: {image: x, memory: 4G}
x: &steps
  a_cache: {folder: ~/f, fingerprint_script: [x, "y: z"]}
  always:
    b_artifacts: {path: "*"}
a_task:
  only_if: $CIRRUS_BRANCH =~ 'a|b' && !changesInclude('**.md', "{a,[!b]}")
  matrix:
    - env: {C: 1}
    - container: {image: a, cpu: .5, additional_containers: [{image: b, port: 1:2}]}
      matrix: [{name: m}, {alias: n}]
  <<: *steps
  c_script: |
    one
    two
b_task:
  depends_on: [a, m]
  persistent_worker: *worker
  env:
    <<: *env
docker_builder: {platform: windows, timeout_in: 5m}
pipe:
  steps: [{image: x, a_script: y}]
`;

const words = fc.constantFrom(
  ..."task a_task b_task docker_builder x_pipe env environment persistent_worker container arm_container"
    .split(" "),
  ..."windows_container macos_instance labels resources isolation tart vetu container parallels none".split(
    " ",
  ),
  ..."image cpu memory volumes networking host source dockerfile docker_arguments platform matrix".split(" "),
  ..."name alias depends_on only_if skip allow_failures timeout_in steps always on_failure on_timeout".split(
    " ",
  ),
  ..."a_script b_background_script a_cache upload_caches a_artifacts a_file folder folders path paths".split(
    " ",
  ),
  ..."from_contents variable_name fingerprint_key fingerprint_script additional_containers port ports".split(
    " ",
  ),
  ..."$A ${B} %A% true false 1 0.5 4G 5m a:b [a] '' ENCRYPTED[x] <<".split(" "),
  "changesInclude('**')",
  "$A == 'x' || !false",
);

/** Maps, lists and texts of the words that files are made of. */
const { value: documents } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    words,
    fc.string(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(words, tie("value"), { maxKeys: 6 }),
  ),
}));

const written = fc.dictionary(words, documents, { maxKeys: 8 }).map((document) => JSON.stringify(document));

/** The example with pieces taken out, doubled and put in. */
const mutated = fc.array(
  fc.record({
    at: fc.nat(EXAMPLE.length),
    take: fc.nat(20),
    put: fc.oneof(
      words,
      fc.string({ maxLength: 3 }),
      fc.constantFrom("\n", "  ", ": ", "- ", "&a ", "*a", "{", "]", "'", '"'),
    ),
  }),
  { maxLength: 4 },
).map((changes) =>
  changes.reduce((text, { at, take, put }) => text.slice(0, at) + put + text.slice(at + take), EXAMPLE)
);

const sources = fc.oneof(written, mutated, fc.string(), fc.string({ unit: "binary" }));

function comparable({ tasks, diagnostics }: ParseResult): unknown {
  return {
    tasks: tasks.map((task) => [...toBinary(TaskSchema, task)]),
    diagnostics: diagnostics.map(({ severity, message, position }) => ({ severity, message, position })),
  };
}

Deno.test("any text at all is answered by tasks or by problems, each with its place in the text", async () => {
  await fc.assert(
    fc.asyncProperty(sources, async (source) => {
      const { tasks, diagnostics } = await parse(source);
      const lines = source.split("\n");
      for (const { message, position } of diagnostics) {
        assert(position && position.line >= 1 && position.column >= 1, message);
        const line = lines[position.line - 1];
        assert(
          line !== undefined && position.column <= line.length + 1,
          `${message} at ${JSON.stringify(position)}`,
        );
      }
      if (diagnostics.some(({ severity }) => severity === "error")) assert.deepEqual(tasks, []);
    }),
    { numRuns: 600 },
  );
});

Deno.test("the same text has the same answer", async () => {
  await fc.assert(
    fc.asyncProperty(sources, async (source) => {
      assert.deepEqual(comparable(await parse(source)), comparable(await parse(source)));
    }),
    { numRuns: 200 },
  );
});

Deno.test("the name of an anchor changes nothing", async () => {
  const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/);
  const expected = comparable(await parse(EXAMPLE));
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(name, { minLength: 3, maxLength: 3 }), async (names) => {
      const renamed = ["env", "worker", "steps"].reduce(
        (text, anchor, index) => text.replace(new RegExp(`([&*])${anchor}\\b`, "g"), `$1${names[index]}`),
        EXAMPLE,
      );
      const { tasks } = await parse(renamed);
      assert.deepEqual(comparable({ tasks, diagnostics: [] }), { ...Object(expected), diagnostics: [] });
    }),
    { numRuns: 50 },
  );
});

Deno.test("matrices make as many tasks as the product of their lengths", async () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(lengths, async (lengths) => {
      const matrices = lengths.map((length, index) => {
        const items = Array.from({ length }, (_, item) => `{env: {V${index}: ${item}}}`);
        return `  matrix: [${items.join(", ")}]\n`;
      });
      const { tasks, diagnostics } = await parse(`persistent_worker: {}\nt_task:\n${matrices.join("")}`);
      assert.deepEqual(diagnostics, []);
      assert.equal(tasks.length, lengths.reduce((product, length) => product * length, 1));
      const environments = new Set(tasks.map(({ environment }) => JSON.stringify(environment)));
      assert.equal(environments.size, tasks.length);
    }),
    { numRuns: 100 },
  );
});

const hostile: [what: string, source: string, error: string][] = [
  ["brackets", "[".repeat(20_000), "nested more than"],
  ["maps in maps", "{a: ".repeat(20_000), "nested more than"],
  ["lists in lists", "- ".repeat(20_000), "nested more than"],
  ["backslashes", `"${"\\".repeat(100_000)}`, "has no end"],
  ["texts without end", `a: "x\n`.repeat(5001), "neither a key"],
  ["keys of keys", `a: ${"b: [{c: d}, {}]".repeat(5000)}\n`, "no key for this"],
  ["aliases in themselves", `a: ${"&a [*a, ".repeat(100)}`, 'no "]"'],
  ["options", `t_task:\n  matrix:\n${"    - a: b\n".repeat(11_000)}`, "too many tasks"],
];

for (const [what, source, error] of hostile) {
  Deno.test(`a text made of ${what} ends in an error`, async () => {
    const { diagnostics: [first] } = await parse(source);
    assert(first);
    assert(first.message.includes(error), first.message);
  });
}

for (
  const [what, source] of [
    ["texts", `a: "x\ny"\n`.repeat(5000)],
    ["lists", "a: [x,\ny]\n".repeat(5000)],
  ] as const
) {
  Deno.test(`a file of many ${what} that go on further left than they began is read`, async () => {
    assert.deepEqual(await parse(source), { tasks: [], diagnostics: [] });
  });
}
