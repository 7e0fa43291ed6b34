import { type Figure, median } from "./figure.ts";

const COLUMNS = ["figure", "unit", "median", "worst", "Go", "target", ""];

/** Lays figures out as a Markdown table. */
export function table(figures: readonly Figure[]): string {
  const rows = [COLUMNS, ...figures.map(row)];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  const lines = rows.map((cells) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`
  );
  lines.splice(1, 0, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`);
  return lines.join("\n");
}

/** True when a figure reaches its target, or has none. */
export function reached({ values, target, judge = median }: Figure): boolean {
  if (!target) return true;
  const value = judge(values);
  return "most" in target ? value <= target.most : value >= target.least;
}

function row(figure: Figure): string[] {
  const { name, unit, values, go = "", target } = figure;
  const more = target !== undefined && "least" in target;
  const worst = more ? Math.min(...values) : Math.max(...values);
  return [
    name,
    unit,
    short(median(values)),
    short(worst),
    go,
    target ? ("most" in target ? `at most ${target.most}` : `at least ${target.least}`) : "",
    target ? (reached(figure) ? "ok" : "MISSED") : "",
  ];
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
