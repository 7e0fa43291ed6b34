import type { Labels, MetricFamily, Sample } from "./metric_family.ts";

/** The media type of what `prometheusText` writes. */
export const PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Writes metrics in Prometheus's text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). */
export function prometheusText(families: readonly MetricFamily[]): string {
  return families.map((family) => {
    const { name, help, type, samples } = family;
    const head = [`# HELP ${name} ${escape(help)}`, `# TYPE ${name} ${type}`];
    return [...head, ...samples.map((sample) => line(name, sample)), ""].join("\n");
  }).join("");
}

function line(name: string, { suffix, labels, value }: Sample): string {
  return `${name}${suffix ?? ""}${labelText(labels)} ${numberText(value)}`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) =>
    `${name}="${escape(value).replaceAll('"', '\\"')}"`
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escape(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function numberText(value: number): string {
  if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
  return value > 0 ? "+Inf" : "-Inf";
}
