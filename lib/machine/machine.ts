/**
 * The contract of a machine: a prepared place to run commands in.
 *
 * An isolation makes it, the agent uses it, and the task that asked for it disposes it. The agent never
 * knows which kind it has. Every method may be called concurrently with every other one; after disposal
 * has begun, they reject. Disposal is idempotent, ends everything that still runs in the machine and
 * removes the machine itself.
 */

import type { ExitStatus } from "../process/exit_status.ts";

export type { ExitStatus };

/** Operating system and architecture in Go's spelling (GOOS, GOARCH): `linux`/`amd64`, `darwin`/`arm64`... */
export interface Platform {
  readonly os: string;
  readonly arch: string;
}

/** A file that a command needs in place before it starts. */
export interface CommandFile {
  /** Absolute path in the machine; its folder must exist. */
  readonly path: string;
  readonly content: Uint8Array;
  /** POSIX permission bits; 0o600 when absent. */
  readonly mode?: number;
}

/** One program to run in a machine. */
export interface MachineCommand {
  /** The program and its arguments. No shell is involved, and no value is ever pasted into a shell line. */
  readonly argv: readonly [string, ...string[]];
  /** The whole environment of the process: the machine adds nothing of its own to it. */
  readonly environment: ReadonlyMap<string, string>;
  /** Absolute path in the machine. */
  readonly workingDirectory: string;
  /** Written before the program starts. A machine may fold this and the start into one round trip. */
  readonly files?: readonly CommandFile[];
  /** True leaves what the program put into the background running after it is over (`CIRRUS_ESCAPING_PROCESSES`). */
  readonly keepEscaping?: boolean;
}

/** A running program. Its owner reads `output` to the end or cancels it; `status` settles whatever happens. */
export interface MachineProcess {
  /**
   * Standard output and standard error as one stream, in the order they were written. It ends when the
   * program is over, also where something it left behind still holds the pipe open.
   */
  readonly output: ReadableStream<Uint8Array>;
  /**
   * How the program ended. Settles once the program is over and, unless `keepEscaping`, nothing that it
   * started runs any more. Rejects only when the machine itself was lost.
   */
  readonly status: Promise<ExitStatus>;
}

export type FileKind = "file" | "directory" | "symlink" | "other";

/** One entry below a listed folder. */
export interface FileEntry {
  /** Path relative to the listed folder, with `/`. */
  readonly path: string;
  readonly kind: FileKind;
  /** Bytes; 0 for anything that is not a file. */
  readonly size: number;
  /** POSIX permission bits. */
  readonly mode: number;
}

/**
 * The files of a machine. Paths are absolute and in the machine's own spelling. Missing paths reject
 * with `Deno.errors.NotFound`, also where the machine is remote.
 */
export interface MachineFiles {
  /** An existing folder for temporary files, the worker's own scripts among them. */
  readonly temporaryDirectory: string;
  read(path: string): Promise<ReadableStream<Uint8Array>>;
  /** Creates or replaces a file; its folder must exist. `mode` is 0o666 less the machine's umask when absent. */
  write(
    path: string,
    content: Uint8Array | ReadableStream<Uint8Array>,
    options?: { mode?: number },
  ): Promise<void>;
  /** Creates a folder with its parents; one that exists is left alone. */
  makeDirectory(path: string): Promise<void>;
  /** Removes a file or a whole folder, links never followed; what does not exist is fine. */
  remove(path: string): Promise<void>;
  /** Everything below a folder, depth first, links not followed. */
  list(path: string): AsyncIterable<FileEntry>;
  /** A tar (pax) of `paths` below `directory`, folders with all that is in them. */
  pack(directory: string, paths: readonly string[]): Promise<ReadableStream<Uint8Array>>;
  /** Unpacks a tar below `directory`, which is created when missing. Entries that would leave it are refused. */
  unpack(directory: string, tar: ReadableStream<Uint8Array>): Promise<void>;
  /**
   * Copies files of the worker's host into the machine, the fastest way this machine knows. `paths` are
   * relative to `from`, which is a folder of the host, and name files and symbolic links, not folders.
   */
  copyFromHost(
    from: string,
    paths: AsyncIterable<string>,
    to: string,
    options: { signal: AbortSignal },
  ): Promise<void>;
}

/** Where something of the worker's host can be reached from inside the machine. */
export interface ExposedAddress {
  readonly hostname: string;
  readonly port: number;
}

/** A prepared place to run commands in. See the contract at the head of this file. */
export interface Machine extends AsyncDisposable {
  readonly platform: Platform;
  /** Where tasks work when they do not name a place themselves. It need not exist yet. */
  readonly workingDirectory: string;
  /** What the machine itself sets: the lowest layer of a script's environment. No secret of the worker's is in it. */
  readonly environment: ReadonlyMap<string, string>;
  readonly files: MachineFiles;
  /** Aborts when the machine has broken down by itself; absent where nobody can tell. */
  readonly lost?: AbortSignal;
  /**
   * Starts a program. Rejects when it cannot be started, saying why. When `signal` aborts, the program and
   * everything it started is asked to end and, after a grace of 3 s, killed; `status` tells how it ended.
   */
  spawn(command: MachineCommand, options: { signal: AbortSignal }): Promise<MachineProcess>;
  /** Makes a TCP port of the worker's loopback reachable from inside, until the machine is disposed. */
  expose(port: number): Promise<ExposedAddress>;
}
