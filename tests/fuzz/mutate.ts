import type { Random } from "./random.ts";

const MOST_MUTATIONS = 8;

// deno-fmt-ignore
/** What means something to YAML, to expressions, to variables, to matrices or to Dockerfiles. */
const FRAGMENTS = [
  ": ", "- ", "? ", "&a ", "*a", "*linux", "<<: *a", "<< : *BASE_TEMPLATE", "!!str ", "!foo ", "%YAML 1.2\n", "---\n", "...\n",
  "|\n", "|+2\n", ">-\n", "# ", "{", "}", "[", "]", ",", '"', "'", "\\", "\t", "\r\n", "\n\n", "\u0000", "\ufeff", "\u2028", "😀",
  "matrix:", "matrix: [{a: b}, {}]", "env:", "depends_on: ", "persistent_worker:", "isolation: {tart: {}}", "always:",
  "upload_caches: [main]", "container: {dockerfile: Dockerfile}", "task:\n", "_pipe:\n", "docker_builder:\n", "null", "~", "0",
  "-1", "99999999999999999999", "0x1p-2", "1e999", ".inf", "2020-01-01", "$A", "${A}", "%A%", "$CIRRUS_BRANCH", "$", "${",
  "A: $A$A", "(", ")", "!", "!!", " && ", " || ", " == ", " =~ ", " in ", "'(a+)+$'", "changesInclude(", "changesInclude('**')",
  "'[a-'", "constructor: x", "__proto__: x", "FROM a AS b\n", "COPY --from=b x y\n", "ARG A=$A\n", "<<EOF\n", "RUN --mount=from=b x\n",
] as const;

/** A text like `source`, changed in up to `most` places; `others` are what parts of it may be replaced with. */
export function mutate(
  source: string,
  { random, others, most = MOST_MUTATIONS }: {
    random: Random;
    others: readonly [string, ...string[]];
    most?: number;
  },
): string {
  let text = source;
  for (let left = 1 + random.below(most); left > 0; left--) {
    text = random.oneOf(MUTATIONS)(text, random, others);
  }
  return text;
}

type Mutation = (text: string, random: Random, others: readonly [string, ...string[]]) => string;

const MUTATIONS: readonly [Mutation, ...Mutation[]] = [
  (text, random) =>
    spliced(text, random.below(text.length + 1), { remove: 0, insert: random.oneOf(FRAGMENTS) }),
  (text, random) =>
    spliced(text, random.below(text.length + 1), { remove: 1, insert: random.oneOf(FRAGMENTS) }),
  (text, random) =>
    spliced(text, random.below(text.length + 1), { remove: 1 + random.below(20), insert: "" }),
  (text, random) => text.slice(0, random.below(text.length + 1)),
  // A part of the text itself, elsewhere or many times.
  (text, random) => spliced(text, random.below(text.length + 1), { remove: 0, insert: part(text, random) }),
  (text, random) => {
    const insert = random.oneOf(FRAGMENTS).repeat(1 + random.below(300));
    return spliced(text, random.below(text.length + 1), { remove: 0, insert });
  },
  // Lines: without one, with one twice, two swapped, one deeper or less deep, some of another text.
  (text, random) => withLines(text, (lines) => void lines.splice(random.below(lines.length), 1)),
  (text, random) =>
    withLines(text, (lines) => {
      const at = random.below(lines.length);
      lines.splice(at, 0, ...lines.slice(at, at + 1 + random.below(5)));
    }),
  (text, random) =>
    withLines(text, (lines) => {
      const [from, to] = [random.below(lines.length), random.below(lines.length)];
      lines.splice(to, 0, ...lines.splice(from, 1));
    }),
  (text, random) =>
    withLines(text, (lines) => {
      const at = random.below(lines.length);
      lines[at] = " ".repeat(random.below(8)) + (lines[at] ?? "").trimStart();
    }),
  (text, random, others) => {
    const other = random.oneOf(others).split("\n");
    const from = random.below(other.length);
    return withLines(
      text,
      (lines) =>
        void lines.splice(random.below(lines.length), 0, ...other.slice(from, from + 1 + random.below(10))),
    );
  },
];

function spliced(text: string, at: number, { remove, insert }: { remove: number; insert: string }): string {
  return text.slice(0, at) + insert + text.slice(at + remove);
}

function part(text: string, random: Random): string {
  const from = random.below(text.length + 1);
  return text.slice(from, from + random.below(200));
}

function withLines(text: string, change: (lines: string[]) => void): string {
  const lines = text.split("\n");
  change(lines);
  return lines.join("\n");
}
