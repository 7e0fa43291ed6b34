import { isAlive, listOwners, type OwnerFiles, replaceFile } from "./ownership/owner_files.ts";

const FORMAT = 1;

/** What a live worker of this host says of itself, for `cirrus worker status`. Times are RFC 3339. */
export interface WorkerStatus {
  /** Of what follows; another shape gets another number. */
  readonly format: typeof FORMAT;
  readonly name: string;
  readonly version: string;
  readonly pid: number;
  readonly since: string;
  /** Whether it takes no more tasks and ends with its last one. */
  readonly draining: boolean;
  readonly upstreams: ReadonlyArray<{ readonly endpoint: string; readonly registered: boolean }>;
  readonly tasks: ReadonlyArray<
    { readonly id: string; readonly upstream: string; readonly isolation: string; readonly since: string }
  >;
}

/** Says what the worker behind `files` does now. */
export function publishStatus(files: OwnerFiles, status: Omit<WorkerStatus, "format">): void {
  replaceFile(files.status, JSON.stringify({ format: FORMAT, ...status }), { durable: false });
}

/** The workers that live on this host, oldest first. */
export async function readStatuses(stateDirectory: string): Promise<WorkerStatus[]> {
  const statuses: WorkerStatus[] = [];
  for (const owner of await listOwners(stateDirectory)) {
    if (!await isAlive(owner)) continue;
    const status = await readStatus(owner);
    if (status) statuses.push(status);
  }
  return statuses.sort((a, b) => Date.parse(a.since) - Date.parse(b.since));
}

/** Undefined for a worker that has only just started or is about to end, and for one of another version. */
async function readStatus(owner: OwnerFiles): Promise<WorkerStatus | undefined> {
  try {
    const status: unknown = JSON.parse(await Deno.readTextFile(owner.status));
    return isWorkerStatus(status) ? status : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function isWorkerStatus(status: unknown): status is WorkerStatus {
  return typeof status === "object" && status !== null && "format" in status && status.format === FORMAT;
}
