/** What tests use of ssh2 beyond ../../../lib/machine/ssh/ssh2.d.ts. Source: the README and SFTP.md of ssh2 1.17. */
import type { EventEmitter } from "node:events";

type Done = (error?: Error | null) => void;

export interface Sftp {
  /** Both ask for, or send, 64 blocks of 32 KiB at a time. */
  fastGet(remotePath: string, localPath: string, done: Done): void;
  fastPut(localPath: string, remotePath: string, done: Done): void;
  writeFile(remotePath: string, content: Uint8Array, done: Done): void;
}

export class Client extends EventEmitter {
  connect(config: { host: string; username: string; password: string; readyTimeout: number }): this;
  sftp(callback: (error: Error | undefined, sftp: Sftp) => void): this;
  setNoDelay(on: boolean): this;
  end(): this;
}
