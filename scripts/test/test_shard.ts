/** A part of the tests, which one process of `deno test` runs. */
export interface TestShard {
  /** Stands before each of its lines. */
  readonly name: string;
  /** For `deno test`. */
  readonly args: readonly string[];
}

/** The rooms whose tests wait for container engines and guests; the rest needs the processor. */
const ENGINE_ROOMS = ["e2e", "isolation", "machine", "worker"].map((room) => `tests/${room}`);

/** All tests. Side by side both take little more than half of the time, and only one of them works with engines. */
export const ALL_TESTS: readonly TestShard[] = [
  { name: "engines", args: ENGINE_ROOMS },
  { name: "rest", args: [`--ignore=${ENGINE_ROOMS.join()}`] },
];
