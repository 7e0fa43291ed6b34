import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { AbortReason } from "../../lib/async/abort_reason.ts";
import { runSideBySide } from "../../scripts/test/run_side_by_side.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";

const SHARDS = ["one", "two"].map((name) => ({ name, args: ["--no-check", name] }));

/** Runs the shards `one` and `two` of a project of such files; all is killed once these lines have been printed. */
async function run(files: Readonly<Record<string, string>>, { until = [] }: { until?: string[] } = {}) {
  await using project = await temporaryDirectory();
  for (const [name, text] of Object.entries({ "deno.json": "{}", ...files })) {
    const path = join(project.path, name);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text);
  }
  const late = new AbortController();
  const lines: string[] = [];
  const counts = await runSideBySide(SHARDS, {
    cwd: project.path,
    signal: late.signal,
    write(line) {
      // Deno colours what it prints wherever it finds that wanted.
      lines.push(stripVTControlCharacters(line));
      const complete = until.every((text) => lines.some((line) => line.startsWith(text)));
      if (until.length > 0 && complete) late.abort(new AbortReason("timeout", "It took too long"));
    },
  });
  return { counts, lines };
}

/** A test that ends once the other shard's has begun, too. */
function meeting(mine: string, other: string): string {
  return `Deno.test("meets ${other}", async () => {
    Deno.writeTextFileSync("${mine}.here", "");
    while (!Deno.readDirSync(".").some(({ name }) => name === "${other}.here")) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });`;
}

Deno.test("shards run at the same time, say who prints each line, and are counted together", async () => {
  const { counts, lines } = await run({
    "one/a_test.ts": meeting("one", "two"),
    "two/b_test.ts": `${meeting("two", "one")}
      Deno.test("fails", () => { throw new Error("no"); });
      Deno.test({ name: "waits for better times", ignore: true, fn() {} });`,
  });
  assert.deepEqual(counts, { passed: 2, failed: 1, skipped: 1 });
  assert.ok(lines.every((line) => /^(one|two) \| /.test(line)), lines.join("\n"));
  assert.ok(lines.some((line) => line.startsWith("one | meets two ... ")), lines.join("\n"));
  assert.ok(lines.some((line) => line.startsWith("two | meets one ... ")), lines.join("\n"));
});

Deno.test("a shard that hangs is named with its test, and the other one counts all the same", async () => {
  const { counts, lines } = await run({
    "one/a_test.ts": `Deno.test("passes before", () => {});
    Deno.test("hangs", async () => {
      console.log("begun");
      await new Promise((resolve) => setTimeout(resolve, 3_600_000));
    });`,
    "two/b_test.ts": `Deno.test("passes", () => {});`,
  }, { until: ["one | begun", "two | 1 passed, 0 failed, 0 skipped"] });
  assert.deepEqual(counts, { passed: 2, failed: 1, skipped: 0 });
  const ofOne = lines.filter((line) => line.startsWith("one | "));
  const pending = ofOne.slice(ofOne.findIndex((line) => line.includes("pending")));
  assert.ok(pending.some((line) => line.startsWith("one | hangs => ./one/a_test.ts:2")), lines.join("\n"));
  const verdict = "It took too long: what is pending above, or else the last test, hangs";
  assert.deepEqual(pending.slice(-2), [`one | ${verdict}`, "one | 1 passed, 1 failed, 0 skipped"]);
  assert.ok(!lines.includes(`two | ${verdict}`));
});

Deno.test("a shard whose tests cannot even begin counts as one that failed", async () => {
  const { counts } = await run({
    "one/a_test.ts": `import "./missing.ts"; Deno.test("never", () => {});`,
    "two/b_test.ts": `Deno.test("passes", () => {});`,
  });
  assert.deepEqual(counts, { passed: 1, failed: 1, skipped: 0 });
});
