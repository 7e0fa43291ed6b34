import assert from "node:assert/strict";
import { type Diagnostic, renderDiagnostic } from "../../lib/diagnostics/diagnostic.ts";

const base: Diagnostic = { severity: "error", message: "Unknown key", path: "worker.yml" };

Deno.test("a diagnostic with a place shows the line and a caret below the column", () => {
  const text = renderDiagnostic({ ...base, position: { line: 2, column: 3 } }, "name: a\n  labls: {}\n");
  assert.equal(
    text,
    [
      "worker.yml:2:3: Unknown key",
      "  2 |   labls: {}",
      "        ^",
    ].join("\n"),
  );
});

Deno.test("the caret stands below its column also behind tabs", () => {
  const text = renderDiagnostic({ ...base, position: { line: 1, column: 3 } }, "\t\tlabls: {}");
  assert.equal(text.split("\n")[2], "      \t\t^");
});

Deno.test("a line that ends with CRLF is shown without its carriage return", () => {
  const text = renderDiagnostic({ ...base, position: { line: 1, column: 1 } }, "labls: {}\r\nname: a\r\n");
  assert.equal(text.split("\n")[1], "  1 | labls: {}");
});

Deno.test("a warning says that it is one", () => {
  assert.equal(renderDiagnostic({ ...base, severity: "warning" }, ""), "worker.yml: Warning: Unknown key");
});

Deno.test("a place outside the text is named without a line", () => {
  const text = renderDiagnostic({ ...base, position: { line: 9, column: 1 } }, "name: a\n");
  assert.equal(text, "worker.yml:9:1: Unknown key");
});

Deno.test("of a long line only what is near the column is shown", () => {
  const line = `${"a".repeat(500)}b${"c".repeat(500)}`;
  const text = renderDiagnostic({ ...base, position: { line: 1, column: 501 } }, line);
  assert.deepEqual(text.split("\n").slice(1), [
    `  1 | …${"a".repeat(100)}b${"c".repeat(99)}…`,
    `      ${" ".repeat(101)}^`,
  ]);
});

Deno.test("each diagnostic shows its own file", () => {
  const shown = ["one: 1", "two: 2", "one: 1"].map((source) =>
    renderDiagnostic({ ...base, position: { line: 1, column: 1 } }, source).split("\n")[1]
  );
  assert.deepEqual(shown, ["  1 | one: 1", "  1 | two: 2", "  1 | one: 1"]);
});
