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
 * Writes a diagnostic as `path:line:column: message`, then the source line and a caret below the column.
 * `source` is the text of the file.
 */
export function renderDiagnostic(diagnostic: Diagnostic, source: string): string {
  const { position, path, severity } = diagnostic;
  const message = severity === "warning" ? `Warning: ${diagnostic.message}` : diagnostic.message;
  if (!position) return `${path}: ${message}`;
  const head = `${path}:${position.line}:${position.column}: ${message}`;
  const line = source.split("\n")[position.line - 1]?.replace(/\r$/, "");
  if (line === undefined) return head;
  const gutter = `${position.line} | `;
  // Tabs stay tabs before the caret, so that it stands where the terminal shows the column.
  const indent = line.slice(0, position.column - 1).replace(/[^\t]/g, " ");
  return `${head}\n  ${gutter}${line}\n  ${" ".repeat(gutter.length)}${indent}^`;
}
