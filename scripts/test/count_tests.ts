export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Adds up the suites of a JUnit report as `deno test` writes it; an empty report counts nothing. */
export function countTests(junit: string): TestCounts {
  let [all, failed, skipped] = [0, 0, 0];
  for (const [suite] of junit.matchAll(/<testsuite [^>]*>/g)) {
    all += attribute(suite, "tests");
    failed += attribute(suite, "failures") + attribute(suite, "errors");
    skipped += attribute(suite, "disabled");
  }
  return { passed: all - failed - skipped, failed, skipped };
}

/** The last line that CI reads. */
export function describeCounts({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function attribute(tag: string, name: string): number {
  return Number(new RegExp(` ${name}="(\\d+)"`).exec(tag)?.[1] ?? 0);
}
