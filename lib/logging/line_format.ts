import {
  getAnsiColorFormatter,
  getJsonLinesFormatter,
  getLogfmtFormatter,
  getTextFormatter,
  sanitizeControlSequences,
  type TextFormatter,
  type TextFormatterOptions,
} from "@logtape/logtape";

/**
 * How lines look: `terminal` for a person who watches, `text` (logfmt, as the Go worker writes when nobody
 * watches) and `json` (one object a line) for files and programs. No text of a record can start a line of its
 * own or move a terminal's cursor.
 */
export type LineFormat =
  | { readonly kind: "terminal"; readonly colour: boolean }
  | { readonly kind: "text" }
  | { readonly kind: "json" };

/** The function that turns a record into its line, line feed included. */
export function lineFormatter(format: LineFormat): TextFormatter {
  switch (format.kind) {
    case "terminal":
      return format.colour ? getAnsiColorFormatter(TERMINAL) : getTextFormatter(TERMINAL);
    case "text":
      return getLogfmtFormatter();
    case "json":
      return getJsonLinesFormatter({ properties: "flatten" });
  }
}

const ESCAPE_ALL = { newlines: "escape", sgr: "escape" } as const;

const TERMINAL: TextFormatterOptions = {
  timestamp: "time",
  timeZone: null,
  level: "ABBR",
  sanitize: ESCAPE_ALL,
  format: ({ timestamp, level, message, record }) => {
    const fields = Object.entries(record.properties).map(([name, value]) => ` ${name}=${readable(value)}`);
    return `${timestamp} ${level} ${message}${fields.join("")}`;
  },
};

/** A field's value in one word: quoted where it would not be one. */
function readable(value: unknown): string {
  const text = String(value);
  return sanitizeControlSequences(/[\s"=]/.test(text) ? JSON.stringify(text) : text, ESCAPE_ALL);
}
