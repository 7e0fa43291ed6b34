import type { DatabaseSync } from "node:sqlite";

/**
 * Brings a database's schema up to date: all the steps that it has not gone through yet, or none. Throws an `Error` that
 * says what to do when a newer version of this program has taken it further.
 */
export function migrate(
  database: DatabaseSync,
  { path, migrations }: { readonly path: string; readonly migrations: readonly string[] },
): void {
  const version = Number(database.prepare("PRAGMA user_version").get()?.user_version);
  if (version > migrations.length) {
    throw new Error(
      `Opening ${path}: a newer version of this program wrote it; run that version, or choose another data directory`,
    );
  }
  if (version === migrations.length) return;
  // Closing the database rolls back what was not committed.
  database.exec("BEGIN IMMEDIATE");
  for (const sql of migrations.slice(version)) database.exec(sql);
  database.exec(`PRAGMA user_version = ${migrations.length}`);
  database.exec("COMMIT");
}
