import { type Diagnostic, renderDiagnostic } from "../../../diagnostics/diagnostic.ts";
import type { DiagnosticBody } from "../schemas.ts";

/** A diagnostic of a file with this text. */
export function diagnosticBody(diagnostic: Diagnostic, source: string): DiagnosticBody {
  const { severity, message, path, position } = diagnostic;
  return { severity, message, path, ...position, text: renderDiagnostic(diagnostic, source) };
}
