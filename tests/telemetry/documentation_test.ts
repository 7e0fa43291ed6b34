import assert from "node:assert/strict";
import { INSTRUMENTS, SCOPE } from "../../lib/telemetry/instruments.ts";

/** The cells of the reference's table of metrics, row by row. */
function documented(): string[][] {
  const reference = Deno.readTextFileSync(new URL("../../docs/reference.md", import.meta.url));
  const [, section = ""] = reference.split("\n## Metrics of a worker\n");
  const [, ...rows] = section.split("\n## ", 1)[0]?.split("\n").filter((line) => line.startsWith("|")) ?? [];
  return rows.slice(1).map((row) =>
    row.split("|").slice(1, -1).map((cell) => cell.trim().replaceAll("`", ""))
  );
}

Deno.test("the reference's table has every metric as it is, and no other", () => {
  assert.deepEqual(
    documented(),
    Object.values(INSTRUMENTS).map(({ name, kind, unit, attributes, description }) => [
      name.slice(SCOPE.length + 1),
      kind,
      unit,
      attributes.join(", "),
      description,
    ]),
  );
});
