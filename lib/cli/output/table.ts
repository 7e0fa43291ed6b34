import { displayWidth } from "./display_width.ts";

/** Lines with their columns one below the other; what would move the cursor is shown as a space. Ends with a newline. */
export function table(rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map((cell) => cell.replaceAll(/\p{Cc}/gu, " ")));
  const widths: number[] = [];
  for (const row of clean) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell));
    }
  }
  const lines = clean.map((row) =>
    row.map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - displayWidth(cell))).join("  ")
      .trimEnd()
  );
  return lines.map((line) => `${line}\n`).join("");
}
