/** One line of the table. All of its numbers are in the same unit. */
export interface Figure {
  readonly name: string;
  readonly unit: "ms" | "MB" | "MB/s" | "%" | "tasks/s";
  /** One for each run. */
  readonly values: readonly number[];
  /** What the Go program needs on a machine like this one, in words. */
  readonly go?: string;
  /** What must be reached; absent where a figure is only there to compare with. */
  readonly target?: { readonly most: number } | { readonly least: number };
  /** Which of the values is held against the target: the median by default. */
  readonly judge?: (values: readonly number[]) => number;
}

/** Measures several figures in one go. */
export type Bench = (options: BenchOptions) => Promise<Figure[]>;

export interface BenchOptions {
  /** How often to repeat what is quick to repeat. */
  readonly runs: number;
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The smallest value that `percent` of all values do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * percent / 100) - 1)] ?? NaN;
}
