import type { Labels, MetricFamily, Sample } from "./metric_family.ts";

interface Series {
  readonly labels: Labels;
  /** How many fell between each bound and the one before; the last is for what is above all. */
  readonly counts: number[];
  sum: number;
}

/** Counts how long things take, in seconds, since the start of the program. */
export class Histogram {
  readonly #name: string;
  readonly #help: string;
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, Series>();

  /** `bounds` are upper bounds in seconds, the smallest first; `labels` as those of `Counter`. */
  constructor(
    name: `${string}_seconds`,
    options: {
      readonly help: string;
      readonly bounds: readonly number[];
      readonly labels?: readonly Labels[];
    },
  ) {
    this.#name = name;
    this.#help = options.help;
    this.#bounds = options.bounds;
    for (const known of options.labels ?? []) this.#seriesOf(known);
  }

  observe(seconds: number, labels: Labels = {}): void {
    const series = this.#seriesOf(labels);
    const index = this.#bounds.findIndex((bound) => seconds <= bound);
    const place = index < 0 ? this.#bounds.length : index;
    series.counts[place] = (series.counts[place] ?? 0) + 1;
    series.sum += seconds;
  }

  family(): MetricFamily {
    const samples = [...this.#series.values()].flatMap((series) => this.#samples(series));
    return { name: this.#name, help: this.#help, type: "histogram", samples };
  }

  #seriesOf(labels: Labels): Series {
    const key = JSON.stringify(labels);
    const series = this.#series.get(key) ??
      { labels, counts: Array(this.#bounds.length + 1).fill(0), sum: 0 };
    this.#series.set(key, series);
    return series;
  }

  #samples({ labels, counts, sum }: Series): Sample[] {
    let total = 0;
    const buckets = counts.map((count, index): Sample => {
      total += count;
      const le = String(this.#bounds[index] ?? "+Inf");
      return { suffix: "_bucket", labels: { ...labels, le }, value: total };
    });
    return [
      ...buckets,
      { suffix: "_sum", labels, value: sum },
      { suffix: "_count", labels, value: total },
    ];
  }
}
