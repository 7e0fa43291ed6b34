import { parsePipeline } from "../../lib/pipeline/parse.ts";
import { noProjectFiles } from "../pipeline/no_project_files.ts";
import { type BenchOptions, type Figure, median } from "./figure.ts";
import { largeDefinition } from "./large_definition.ts";

const WARM_UP_RUNS = 20;

/** Tasks whose definition has 2,000 lines. */
const TASKS_OF_2000_LINES = 165;

const TASK_COUNTS = [10, 100, 1_000] as const;

/** How much more than its share a step of ten times the tasks may take. */
const LINEAR = 1.5;

/** How long reading a `.cirrus.yml` takes once the code is warm, and how that grows with the number of tasks. */
export async function parse({ runs }: BenchOptions): Promise<Figure[]> {
  const figures: Figure[] = [{
    name: "a .cirrus.yml of 2,000 lines with matrices, warm",
    unit: "ms",
    values: await parseTimes(TASKS_OF_2000_LINES, runs),
    target: { most: 50 },
  }];
  let before: { tasks: number; values: readonly number[] } | undefined;
  for (const tasks of TASK_COUNTS) {
    const values = await parseTimes(tasks, runs);
    const most = before && median(before.values) * LINEAR * tasks / before.tasks;
    figures.push({
      name: `a .cirrus.yml of ${tasks} tasks, warm`,
      unit: "ms",
      values,
      ...most !== undefined && { target: { most: Number(most.toPrecision(3)) } },
    });
    before = { tasks, values };
  }
  return figures;
}

async function parseTimes(tasks: number, runs: number): Promise<number[]> {
  const source = largeDefinition({ tasks });
  const values: number[] = [];
  for (let run = 0; run < WARM_UP_RUNS + runs; run++) {
    const start = performance.now();
    const parsed = await parsePipeline(source, {
      environment: new Map([["CIRRUS_TAG", "v1.0"], ["CIRRUS_BRANCH", "main"], ["CIRRUS_PR", "1"]]),
      affectedFiles: ["src/main.ts", "docs/part1/index.md"],
      files: noProjectFiles,
      path: ".cirrus.yml",
    });
    if (run >= WARM_UP_RUNS) values.push(performance.now() - start);
    if (parsed.tasks.length !== tasks) throw new Error(`${parsed.tasks.length} tasks instead of ${tasks}`);
  }
  return values;
}
