import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Database } from "../../../lib/controller/store/sqlite/database.ts";
import { migrate } from "../../../lib/controller/store/sqlite/migrate.ts";
import { MIGRATIONS } from "../../../lib/controller/store/sqlite/migrations.ts";
import { StoreFullError } from "../../../lib/controller/store/store_full_error.ts";
import { needsRoot, smallDisk } from "../../helpers/small_disk.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";

Deno.test("Database remembers how far its schema is, and refuses one from the future", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "controller.db");
  Database.open(path)[Symbol.dispose]();
  Database.open(path)[Symbol.dispose]();
  using raw = new DatabaseSync(path);
  assert.equal(raw.prepare("PRAGMA user_version").get()?.user_version, MIGRATIONS.length);
  raw.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
  raw.close();
  assert.throws(() => Database.open(path), /a newer version of this program wrote it; run that version/);
});

Deno.test("migrate takes all the steps that are left, or none", () => {
  using raw = new DatabaseSync(":memory:");
  const version = () => raw.prepare("PRAGMA user_version").get()?.user_version;
  const tables = () =>
    raw.prepare("SELECT name FROM sqlite_schema ORDER BY name").all().map(({ name }) => name);
  const steps = ["CREATE TABLE a (x)", "CREATE TABLE b (x)", "CREATE TABLE c (x); INSERT INTO b VALUES (1)"];
  migrate(raw, { path: "test.db", migrations: steps.slice(0, 1) });
  const broken = [...steps, "CREATE TABLE d (x); INSERT INTO missing VALUES (1)"];
  assert.throws(() => migrate(raw, { path: "test.db", migrations: broken }), /no such table: missing/);
  raw.exec("ROLLBACK");
  assert.deepEqual([version(), tables()], [1, ["a"]]);
  migrate(raw, { path: "test.db", migrations: steps });
  assert.deepEqual([version(), tables()], [3, ["a", "b", "c"]]);
  assert.equal(raw.prepare("SELECT count(*) AS n FROM b").get()?.n, 1);
});

Deno.test("Database.compact gives space that removed rows took back, step by step", async () => {
  using database = Database.open(":memory:");
  const insert = database.prepare("INSERT INTO session (digest, created_at) VALUES (?, 0)");
  await database.transaction(() => {
    for (let n = 0; n < 10_000; n++) insert.run(`${n} ${"x".repeat(1_000)}`);
  });
  const full = database.usedBytes();
  database.prepare("DELETE FROM session").run();
  assert.ok(database.usedBytes() < full / 10);
  const pages = () => Number(database.prepare("PRAGMA page_count").get()?.page_count);
  const before = pages();
  assert.equal(database.compact(), true);
  assert.ok(pages() < before);
  while (database.compact());
  assert.ok(pages() < before / 2);
});

Deno.test("Database belongs to one controller at a time", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "controller.db");
  using _first = Database.open(path);
  assert.throws(() => Database.open(path), /another controller has it open; stop that one, or choose/);
});

Deno.test("Database.transaction keeps all that it wrote, or nothing", async () => {
  using database = Database.open(":memory:");
  const insert = database.prepare("INSERT INTO session (digest, created_at) VALUES (?, 0)");
  const count = database.prepare("SELECT count(*) AS n FROM session");
  await database.transaction(() => insert.run("a"));
  await assert.rejects(
    database.transaction(() => {
      insert.run("b");
      throw new Error("changed my mind");
    }),
    /changed my mind/,
  );
  assert.equal(count.get()?.n, 1);
});

Deno.test(
  "Database says when its disk is full, keeps what it has, and goes on when there is space",
  needsRoot,
  async () => {
    await using disk = await smallDisk({ bytes: 16 * 1024 * 1024 });
    using database = Database.open(join(disk.path, "controller.db"));
    const insert = database.prepare("INSERT INTO session (digest, created_at) VALUES (?, 0)");
    const count = database.prepare("SELECT count(*) AS n FROM session");
    const write = (name: string, rows = 1_000) =>
      database.transaction(() => {
        for (let n = 0; n < rows; n++) insert.run(`${name}${n} ${"x".repeat(1_000)}`);
      });
    await write("before");
    const makeRoom = await disk.fill();
    await assert.rejects(
      write("full", 20_000),
      (error) => error instanceof StoreFullError && /make space/.test(error.message),
    );
    assert.equal(count.get()?.n, 1_000);
    await makeRoom();
    await write("after");
    assert.equal(count.get()?.n, 2_000);
    assert.equal(database.prepare("PRAGMA integrity_check").get()?.integrity_check, "ok");
  },
);
