import { Buffer } from "node:buffer";
import { posix } from "node:path";
import { shellQuote } from "../shell_quote.ts";
import type { ContainerEngine } from "./container_engine.ts";
import type { ContainerShell } from "./container_shell.ts";
import { MountTable } from "./mount_table.ts";
import { renameEntries } from "./rename_entries.ts";
import type { SessionFacts } from "./shell_session.ts";
import { TAR_END } from "./tar_header.ts";

/** How long the image's `tar` may take; in milliseconds. */
const UNPACK_MS = 2 * 3_600_000;

/** Unpacks what it reads in the current folder; busybox and GNU know these flags alike. */
const UNPACK = ["tar", "-x", "-p", "-o", "-f", "-"] as const;

export interface ArchiveCopyOptions {
  readonly engine: ContainerEngine;
  readonly container: string;
  readonly shell: ContainerShell;
  readonly facts: SessionFacts;
  /** Aborts when the machine is disposed. */
  readonly signal: AbortSignal;
}

/**
 * Moves whole trees by the engine's own archive copy (`docker cp`), which needs no program in the image. Docker runs
 * one copy of a container after the other: one that is not read to its end holds the next one up.
 */
export class ArchiveCopy {
  readonly #options: ArchiveCopyOptions;
  #mounts: Promise<MountTable> | undefined;

  constructor(options: ArchiveCopyOptions) {
    this.#options = options;
  }

  /**
   * Unpacks a tar below an existing directory, all of it for the container's own user. What the engine does not reach
   * is left to the image's `tar`. Entries that would leave the directory are refused.
   */
  async into(
    directory: string,
    tar: ReadableStream<Uint8Array>,
    { signal = this.#options.signal }: { signal?: AbortSignal } = {},
  ): Promise<void> {
    const { engine, container, shell, facts } = this.#options;
    const doing = `Copying files to ${directory} of the container ${container}`;
    const { text } = await shell.request(`cd -- ${shellQuote(directory)} && pwd -P`);
    const place = text.trimEnd();
    this.#mounts ??= shell.readLines("/proc/self/mountinfo").then((lines) => new MountTable(lines));
    if (!(await this.#mounts).reachedFromOutside(place)) {
      const args = ["exec", "--interactive", "--workdir", place, container, ...UNPACK];
      return void await engine.run(doing, args, { stdin: tar, signal, timeoutMs: UNPACK_MS });
    }
    // Docker refuses links that lead out of the folder it copies to; out of the root none leads. Its own way to give
    // files to the container's user looks that one up on the engine's host.
    const renamed = renameEntries(tar, { rename: (path) => placeBelow(place, path), owner: facts.owner });
    await engine.unpack(doing, { container, tar: renamed, signal });
  }

  /** A tar of what is at a path; its entries begin with the last part of that. */
  from(path: string): ReadableStream<Uint8Array> {
    const { engine, container, signal } = this.#options;
    return engine.stream(["cp", `${container}:${path}`, "-"], { signal });
  }

  /** A tar of several paths below a directory, by their names there. */
  pack(directory: string, paths: readonly string[]): ReadableStream<Uint8Array> {
    const archives = async function* (this: ArchiveCopy) {
      for (const path of paths) {
        const whole = path === ".";
        const archive = this.from(whole ? `${directory}/.` : posix.join(directory, path));
        const name = Buffer.from(path).toString("latin1");
        yield* renameEntries(archive, {
          rename: (entry) => whole ? entry : entry.replace(/^[^/]*/, () => name),
          goesOn: true,
        });
      }
      yield TAR_END;
    };
    return ReadableStream.from(archives.call(this));
  }
}

/** An entry's path, as bytes (latin1), as it is below the root. Throws an error for one that would leave its directory. */
function placeBelow(directory: string, path: string): string {
  const place = Buffer.from(posix.join(directory, "/")).toString("latin1").slice(1);
  const normal = posix.normalize(path);
  if (posix.isAbsolute(path) || /^\.\.(\/|$)/.test(normal)) {
    throw new Error(`Unpacking a tar: its entry ${path} would be outside ${directory}`);
  }
  return normal === "." || normal === "./" ? place : place + normal;
}
