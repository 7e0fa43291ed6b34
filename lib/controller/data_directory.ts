import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { errorMessage } from "../diagnostics/error_message.ts";
import { StoreFullError } from "./store/store_full_error.ts";

/** What is left for the builds that run when no new ones are taken in any more. */
const RESERVE_BYTES = 16 * 1024 * 1024;

/** Where a controller keeps its data. */
export interface DataDirectory extends AsyncDisposable {
  /** What SQLite opens. */
  readonly database: string;
  /** Where large logs go. */
  readonly logs: string;
  /** Where caches go; made when it is needed. */
  readonly caches: string;
  /** Where artifacts go; made when it is needed. */
  readonly artifacts: string;
  /** Where artifacts are while they are written; made when it is needed. */
  readonly artifactDrafts: string;
  /** Rejects with `StoreFullError` when no more space is left than the builds that run may need. */
  requireSpace(): Promise<void>;
}

/**
 * Makes a data directory ready, readable for its owner only; `:memory:` stands for one that is gone once disposed.
 * Rejects with an `Error` that says what to do when it cannot be made.
 */
export async function openDataDirectory(path: string): Promise<DataDirectory> {
  if (path === ":memory:") {
    const directory = await Deno.makeTempDir({ prefix: "cirrus-controller-" });
    const logs = join(directory, "logs");
    await Deno.mkdir(logs);
    return {
      database: ":memory:",
      logs,
      caches: join(directory, "caches"),
      artifacts: join(directory, "artifacts"),
      artifactDrafts: join(directory, "artifact-drafts"),
      requireSpace: () => requireSpace([logs]),
      [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
    };
  }
  const database = join(path, "controller.db");
  const logs = join(path, "logs");
  await prepared(path, async () => {
    await Deno.mkdir(logs, { recursive: true, mode: 0o700 });
    // SQLite makes its files as readable as the database is.
    (await Deno.open(database, { create: true, write: true, mode: 0o600 })).close();
  });
  return {
    database,
    logs,
    caches: join(path, "caches"),
    artifacts: join(path, "artifacts"),
    artifactDrafts: join(path, "artifact-drafts"),
    requireSpace: () => requireSpace([path, logs]),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Makes a data directory that is missing, readable for its owner only. Rejects as `openDataDirectory`. */
export async function makeDataDirectory(path: string): Promise<void> {
  await prepared(path, () => Deno.mkdir(path, { recursive: true, mode: 0o700 }));
}

async function prepared(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new Error(
      `Opening the data directory ${path}: ${
        errorMessage(error)
      }; choose another directory, or let this user write there`,
      { cause: error },
    );
  }
}

/** The folders may be on disks of their own. */
async function requireSpace(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < RESERVE_BYTES) {
      throw new StoreFullError(
        `Storing a build: the disk of ${folder} is full but for what running builds need; make space there`,
      );
    }
  }
}
