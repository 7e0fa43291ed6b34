import { basename, dirname, isAbsolute, join, normalize } from "node:path";
import { errorMessage } from "../diagnostics/error_message.ts";

/** What the source of a volume turned out to be on this host. */
export type VolumeSource =
  /** Nothing that could be mounted; `why` completes "it ...". */
  | { readonly kind: "unfit"; readonly why: string }
  | {
    readonly kind: "place";
    /** Absolute, without `.`, `..`, doubled slashes and links; a slash at its end is kept. */
    readonly path: string;
    /** `special` is a socket, a pipe or a device. */
    readonly is: "missing" | "folder" | "file" | "special";
  };

/**
 * Cleans the source of a volume as text first, as Go's `filepath.Clean` does, and then resolves its links. What is
 * mounted must be the path that this returns, not the one that was asked for: only of that one is it known
 * where it leads.
 */
export async function findVolumeSource(source: string): Promise<VolumeSource> {
  if (!isAbsolute(source)) return { kind: "unfit", why: "is no absolute path" };
  if (source.includes("\0")) return { kind: "unfit", why: "has a NUL in it" };
  const cleaned = normalize(source);
  try {
    const found = await resolve(cleaned);
    const slash = /[^/]\/$/.test(cleaned) ? "/" : "";
    return { ...found, path: found.path.replace(/\/$/, "") + slash || "/" };
  } catch (error) {
    return { kind: "unfit", why: `cannot be resolved: ${errorMessage(error)}` };
  }
}

type Place = Extract<VolumeSource, { kind: "place" }>;

async function resolve(path: string): Promise<Place> {
  const there = await stat(path);
  if (there) {
    const is = there.isDirectory ? "folder" : there.isFile ? "file" : "special";
    return { kind: "place", path: await Deno.realPath(path), is };
  }
  const parent = await resolve(dirname(path));
  if (parent.is === "file" || parent.is === "special") throw new Error(`${parent.path} is no folder`);
  return { kind: "place", path: join(parent.path, basename(path)), is: "missing" };
}

/** Undefined where nothing is. Rejects for a link that leads nowhere. */
async function stat(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  try {
    await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  throw new Error(`${path} is a link that leads nowhere`);
}
