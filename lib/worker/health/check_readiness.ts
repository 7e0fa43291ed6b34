import { statfs } from "node:fs/promises";
import { errorMessage } from "../../diagnostics/error_message.ts";
import { formatByteSize } from "../../units/byte_size.ts";
import type { UpstreamState } from "../worker_figures.ts";

/** An upstream may hold a poll back for as long as it likes, and then asks for the next one soon. In milliseconds. */
const POLL_AGE_MS = 5 * 60_000;

/** A task wants at least this much of a disk. In bytes. */
const FREE_BYTES = 100_000_000;

/** One thing that a worker needs to be of use. */
export interface HealthCheck {
  readonly name: string;
  readonly ok: boolean;
  /** What was found, for people. */
  readonly reason: string;
}

/** What readiness depends on. */
export interface ReadinessFacts {
  readonly upstreams: readonly UpstreamState[];
  readonly draining: boolean;
  /** Folders that tasks and the worker write to. */
  readonly folders: readonly string[];
  /** Says what the engine of containers is, or rejects when it does not work; absent where no task may need it. */
  readonly engine?: () => Promise<string>;
  readonly now: Date;
}

/** Looks whether a worker can take tasks and run them: it can when every check is `ok`. Never rejects. */
export async function checkReadiness(facts: ReadinessFacts): Promise<readonly HealthCheck[]> {
  const { upstreams, folders, engine, now } = facts;
  return [
    checkWorker(facts),
    ...upstreams.map((upstream) => checkUpstream(upstream, now)),
    ...await Promise.all(folders.map(checkDisk)),
    ...engine ? [await check("engine", engine)] : [],
  ];
}

function checkWorker({ upstreams, draining }: ReadinessFacts): HealthCheck {
  const name = "worker";
  if (draining) return { name, ok: false, reason: "it is ending and takes no more tasks" };
  if (upstreams.length === 0) return { name, ok: false, reason: "it is starting" };
  return { name, ok: true, reason: "it takes tasks" };
}

function checkUpstream({ endpoint, registered, lastGoodPoll }: UpstreamState, now: Date): HealthCheck {
  const name = `upstream ${endpoint}`;
  if (!registered) return { name, ok: false, reason: "not registered" };
  if (!lastGoodPoll) return { name, ok: true, reason: "registered; its first poll is under way" };
  const age = now.getTime() - lastGoodPoll.getTime();
  return {
    name,
    ok: age <= POLL_AGE_MS,
    reason: `registered; it answered a poll ${Math.round(age / 1_000)} s ago`,
  };
}

function checkDisk(folder: string): Promise<HealthCheck> {
  return check(`disk ${folder}`, async () => {
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    if (free < FREE_BYTES) throw new Error(`only ${formatByteSize(free)} are free`);
    return `${formatByteSize(free)} are free`;
  });
}

async function check(name: string, find: () => Promise<string>): Promise<HealthCheck> {
  try {
    return { name, ok: true, reason: await find() };
  } catch (error) {
    return { name, ok: false, reason: errorMessage(error) };
  }
}
