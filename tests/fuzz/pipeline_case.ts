import { join } from "node:path";
import { parsePipeline } from "../../lib/pipeline/parse.ts";
import type { ProjectFiles } from "../../lib/pipeline/project_files.ts";
import { largeDefinition } from "../bench/large_definition.ts";
import { mutate } from "./mutate.ts";
import { Random } from "./random.ts";
import type { Corpus, FuzzSubject } from "./subject.ts";

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
interface PipelineCase {
  readonly source: string;
  readonly dockerfile: string;
}

/** A `.cirrus.yml` with what stands beside it. */
export const pipelineFiles: FuzzSubject<PipelineCase> = {
  readCorpus,
  makeCase,
  runCase,
  texts: ({ source, dockerfile }) => ({ ".yml": source, ".Dockerfile": dockerfile }),
};

async function readCorpus(): Promise<Corpus> {
  const corpus: [string] = [largeDefinition({ tasks: 10 })];
  for await (const { name } of Deno.readDir(EXAMPLES)) {
    corpus.push(await Deno.readTextFile(join(EXAMPLES, name)));
  }
  return corpus.toSorted() as [string];
}

function makeCase(index: number, { seed, corpus }: { seed: number; corpus: Corpus }): PipelineCase {
  const random = new Random(Math.imul(seed, 1_000_003) + index);
  return {
    source: mutate(random.oneOf(corpus), { random, others: corpus }),
    dockerfile: mutate(DOCKERFILE, { random, others: [DOCKERFILE] }),
  };
}

/**
 * Rejects when the parser rejects, or answers with an error that has no place in the file, or with tasks beside an
 * error.
 */
async function runCase({ source, dockerfile }: PipelineCase): Promise<void> {
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
