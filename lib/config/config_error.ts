import { type Diagnostic, renderDiagnostic } from "../diagnostics/diagnostic.ts";

/** A configuration file that does not hold. The message has every diagnostic with its source line. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  /** `source` is the text of the file, its secrets hidden. */
  constructor(readonly diagnostics: readonly Diagnostic[], { source }: { readonly source: string }) {
    super(diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, source)).join("\n"));
  }
}
