import { join } from "node:path";
import { parsePipeline } from "../../lib/pipeline/parse.ts";
import type { ProjectFiles } from "../../lib/pipeline/project_files.ts";
import { largeDefinition } from "../bench/large_definition.ts";
import { mutate } from "./mutate.ts";
import { Random } from "./random.ts";

const EXAMPLES = join(import.meta.dirname ?? "", "..", "testdata", "cirrus_yml");

const DOCKERFILE = `ARG BASE=debian:13
FROM $BASE AS build
ENV DIR=/src
COPY --chown=1:1 ["package.json", "sources", "$DIR/"]
RUN --mount=type=bind,source=tools,target=/tools make \\
  install
FROM alpine
COPY --from=build /src/out /out
ADD <<EOF /etc/motd
hello
EOF
`;

/** A `.cirrus.yml` and the Dockerfile beside it, neither of which anybody would write. */
export interface FuzzCase {
  readonly source: string;
  readonly dockerfile: string;
}

/** The files that are mutated. */
export async function readCorpus(): Promise<[string, ...string[]]> {
  const corpus: [string] = [largeDefinition({ tasks: 10 })];
  for await (const { name } of Deno.readDir(EXAMPLES)) {
    corpus.push(await Deno.readTextFile(join(EXAMPLES, name)));
  }
  return corpus.toSorted() as [string];
}

/** The case of this number: always the same for the same seed, so that one can be looked at alone. */
export function makeCase(
  index: number,
  { seed, corpus }: { seed: number; corpus: readonly [string, ...string[]] },
): FuzzCase {
  const random = new Random(Math.imul(seed, 1_000_003) + index);
  return {
    source: mutate(random.oneOf(corpus), { random, others: corpus }),
    dockerfile: mutate(DOCKERFILE, { random, others: [DOCKERFILE] }),
  };
}

/**
 * Parses a case. Rejects when the parser does what it must not: rejects itself, or answers with an error that has no
 * place in the file, or with tasks beside an error.
 */
export async function runCase({ source, dockerfile }: FuzzCase): Promise<void> {
  const { tasks, diagnostics } = await parsePipeline(source, {
    environment: new Map([["A", "$B${B}"], ["B", "x"], ["CIRRUS_BRANCH", "main"]]),
    affectedFiles: ["a/b.ts", "docs/c.md"],
    files: filesOf(dockerfile),
    path: ".cirrus.yml",
    taskProperties: new Map([["stateful", "bool"], ["required_pr_labels", "list"]]),
  });
  const lines = source.split("\n").length;
  for (const { severity, message, position } of diagnostics) {
    if (!position || position.line < 1 || position.line > lines || position.column < 1) {
      throw new Error(`The ${severity} "${message}" is at ${JSON.stringify(position)}, outside of the file`);
    }
  }
  if (tasks.length > 0 && diagnostics.some(({ severity }) => severity === "error")) {
    throw new Error("There are tasks beside an error");
  }
}

function filesOf(dockerfile: string): ProjectFiles {
  return {
    read: () => Promise.resolve(new TextEncoder().encode(dockerfile)),
    list: (path) => Promise.resolve(path.includes("sources") ? ["a", "b"] : undefined),
  };
}
