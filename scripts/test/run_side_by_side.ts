import { describeCounts, type TestCounts } from "./count_tests.ts";
import { type DenoTestOptions, runDenoTest } from "./run_deno_test.ts";
import type { TestShard } from "./test_shard.ts";

/** Runs a process of `deno test` for each shard, all at once, with its name before each line, and counts all tests. */
export async function runSideBySide(
  shards: readonly TestShard[],
  options: DenoTestOptions & Required<Pick<DenoTestOptions, "write">>,
): Promise<TestCounts> {
  const counts = await Promise.all(shards.map(async ({ name, args }) => {
    const write = (line: string) => options.write(`${name} | ${line}`);
    const its = await runDenoTest(args, { ...options, write });
    write(describeCounts(its));
    return its;
  }));
  const sum = (of: keyof TestCounts) => counts.reduce((all, count) => all + count[of], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}
