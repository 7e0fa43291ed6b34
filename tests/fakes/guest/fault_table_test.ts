import assert from "node:assert/strict";

Deno.test("each fault in the table beside this file has the test that the table names", async () => {
  const table = await Deno.readTextFile(new URL("README.md", import.meta.url));
  const rows = [...table.matchAll(/^\| .* \| `([\w/]+_test\.ts)` +\| (.*\S) +\|$/gm)];
  assert.ok(rows.length > 20);
  for (const [, file = "", name = ""] of rows) {
    const source = await Deno.readTextFile(new URL(`../../${file}`, import.meta.url));
    assert.ok(source.includes(name), `${file} has no test named: ${name}`);
  }
});
