import assert from "node:assert/strict";
import { Counter } from "../../../lib/controller/metrics/counter.ts";
import { Histogram } from "../../../lib/controller/metrics/histogram.ts";
import { gauge } from "../../../lib/controller/metrics/metric_family.ts";
import { prometheusText } from "../../../lib/controller/metrics/prometheus_text.ts";

Deno.test("prometheusText writes counters, those that are known from the start with 0", () => {
  const counter = new Counter("cirrus_things_total", "Things", [{ kind: "good" }]);
  counter.add(2, { kind: "bad" });
  counter.add(0.5, { kind: "bad" });
  assert.equal(
    prometheusText([counter.family()]),
    `# HELP cirrus_things_total Things
# TYPE cirrus_things_total counter
cirrus_things_total{kind="good"} 0
cirrus_things_total{kind="bad"} 2.5
`,
  );
});

Deno.test("prometheusText writes histograms with buckets that add up", () => {
  const histogram = new Histogram("cirrus_wait_seconds", { help: "Waits", bounds: [0.5, 1], labels: [{}] });
  for (const seconds of [0.25, 0.5, 0.75, 8]) histogram.observe(seconds);
  assert.equal(
    prometheusText([histogram.family()]),
    `# HELP cirrus_wait_seconds Waits
# TYPE cirrus_wait_seconds histogram
cirrus_wait_seconds_bucket{le="0.5"} 2
cirrus_wait_seconds_bucket{le="1"} 3
cirrus_wait_seconds_bucket{le="+Inf"} 4
cirrus_wait_seconds_sum 9.5
cirrus_wait_seconds_count 4
`,
  );
});

Deno.test("prometheusText escapes what labels and helps say", () => {
  const counter = new Counter("a_total", 'One\nline with \\ and "quotes"');
  counter.add(1, { path: 'a"b\\c\nd', other: "{x=1}" });
  assert.equal(
    prometheusText([counter.family()]),
    `# HELP a_total One\\nline with \\\\ and "quotes"
# TYPE a_total counter
a_total{path="a\\"b\\\\c\\nd",other="{x=1}"} 1
`,
  );
});

Deno.test("prometheusText writes numbers as Prometheus reads them", () => {
  const values = [0, -1.5, 1e21, 1e-9, Infinity, -Infinity, NaN];
  const written = values.map((value) => prometheusText([gauge("x", "X", value)]).split("\n")[2]);
  assert.deepEqual(written, ["x 0", "x -1.5", "x 1e+21", "x 1e-9", "x +Inf", "x -Inf", "x NaN"]);
});
