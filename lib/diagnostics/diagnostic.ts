import { withoutByteOrderMark } from "./byte_order_mark.ts";

/** A place in a text: 1-based line and column, counted in UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Something to tell a person about a file they wrote. */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  /** Says what is wrong and what to do; capital first, no full stop. */
  readonly message: string;
  /** The file as the person named it. */
  readonly path: string;
  /** Absent where the whole file is meant. */
  readonly position?: Position;
}

/**
 * Writes a diagnostic as `path:line:column: message`, then the source line and a caret below the column. Of a long
 * line only what is near the column is shown. `source` is the text of the file.
 */
export function renderDiagnostic(diagnostic: Diagnostic, source: string): string {
  const { position, path, severity } = diagnostic;
  const message = severity === "warning" ? `Warning: ${diagnostic.message}` : diagnostic.message;
  if (!position) return `${path}: ${message}`;
  const head = `${path}:${position.line}:${position.column}: ${message}`;
  const line = linesOf(source)[position.line - 1]?.replace(/\r$/, "");
  if (line === undefined) return head;
  const gutter = `${position.line} | `;
  const { before, after } = around(line, position.column - 1);
  // Tabs stay tabs before the caret, so that it stands where the terminal shows the column.
  const indent = before.replace(/[^\t]/g, " ");
  return `${head}\n  ${gutter}${before}${after}\n  ${" ".repeat(gutter.length)}${indent}^`;
}

/** UTF-16 code units that are shown on each side of the column. */
const NEAR = 100;

function around(line: string, column: number): { before: string; after: string } {
  const [from, to] = [Math.max(0, column - NEAR), column + NEAR];
  return {
    before: (from > 0 ? "…" : "") + line.slice(from, column),
    after: line.slice(column, to) + (to < line.length ? "…" : ""),
  };
}

let last = { source: "", lines: [""] };

/** The lines of a text. There may be thousands of diagnostics for one file, which is taken apart once. */
function linesOf(source: string): readonly string[] {
  if (source !== last.source) last = { source, lines: withoutByteOrderMark(source).split("\n") };
  return last.lines;
}
