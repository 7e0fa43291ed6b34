/** A part of the tests, which one process of `deno test` runs. */
export interface TestShard {
  /** Stands before each of its lines. */
  readonly name: string;
  /** For `deno test`. */
  readonly args: readonly string[];
}

/** The rooms whose tests wait most, for container engines, guests and whole programs; the rest needs the processor. */
const WAITING_ROOMS = ["e2e", "isolation", "machine"].map((room) => `tests/${room}`);

/** All tests, in two parts of about the same length. */
export const ALL_TESTS: readonly TestShard[] = [
  { name: "engines", args: WAITING_ROOMS },
  { name: "rest", args: [`--ignore=${WAITING_ROOMS.join()}`] },
];
