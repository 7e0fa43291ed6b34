import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { buildPageSchema } from "../../../lib/controller/api/schemas.ts";
import { LIST_BUILDS } from "../../../lib/controller/store/sqlite/builds.ts";
import { Database } from "../../../lib/controller/store/sqlite/database.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { answered, startApi } from "../api/running_api.ts";

Deno.test("Listing builds goes by an index, without sorting", () => {
  using database = Database.open(":memory:");
  const plan = database.prepare(`EXPLAIN QUERY PLAN ${LIST_BUILDS}`).all("9", 50);
  assert.deepEqual(plan.map(({ detail }) => detail), [
    "SEARCH build USING INDEX sqlite_autoindex_build_1 (id<?)",
  ]);
});

Deno.test("100,000 builds are listed page by page, each once", async () => {
  const count = 100_000;
  await using directory = await temporaryDirectory();
  const dataDirectory = join(directory.path, "data");
  {
    await using _api = await startApi({ dataDirectory });
  }
  {
    using database = new DatabaseSync(join(dataDirectory, "controller.db"));
    database.exec(`
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
      INSERT INTO build (id, created_at, finished_at, status, environment, overrides, secrets_to_mask)
      SELECT printf('%016d', i), i, i, 'completed', '[]', '[]', '[]' FROM n
    `);
  }
  await using api = await startApi({ dataDirectory });
  let cursor: string | undefined;
  let last = count;
  do {
    const path: string = `/v1/builds?limit=500${cursor === undefined ? "" : `&cursor=${cursor}`}`;
    const page = await answered(buildPageSchema, await api.fetch(path));
    for (const { id } of page.builds) assert.equal(Number(id), last--);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  assert.equal(last, 0);
});
