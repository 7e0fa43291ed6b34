/** What tells the samples of a metric apart. */
export type Labels = Readonly<Record<string, string>>;

/** A figure. */
export interface Sample {
  /** What follows the name of its metric: the parts of a histogram have one. */
  readonly suffix?: "_bucket" | "_sum" | "_count";
  readonly labels: Labels;
  readonly value: number;
}

/** A metric with all its samples, as one look at it finds them. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly samples: readonly Sample[];
}

/** A metric of one figure that goes up and down. */
export function gauge(name: string, help: string, value: number): MetricFamily {
  return { name, help, type: "gauge", samples: [{ labels: {}, value }] };
}
