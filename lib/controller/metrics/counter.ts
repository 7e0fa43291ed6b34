import type { Labels, MetricFamily } from "./metric_family.ts";

/** Counts things since the start of the program. */
export class Counter {
  readonly #name: string;
  readonly #help: string;
  readonly #series = new Map<string, { readonly labels: Labels; value: number }>();

  /** `labels` are those that are known before the first thing is counted: they are there with 0. */
  constructor(name: `${string}_total`, help: string, labels: readonly Labels[] = []) {
    this.#name = name;
    this.#help = help;
    for (const known of labels) this.add(0, known);
  }

  add(amount: number, labels: Labels = {}): void {
    const key = JSON.stringify(labels);
    const series = this.#series.get(key) ?? { labels, value: 0 };
    this.#series.set(key, series);
    series.value += amount;
  }

  family(): MetricFamily {
    return { name: this.#name, help: this.#help, type: "counter", samples: [...this.#series.values()] };
  }
}
