import { Buffer } from "node:buffer";
// @ts-types="./ssh2_sftp.d.ts"
import { Client, type Sftp } from "ssh2";
import type { Guest } from "../../fakes/guest/guest.ts";

export interface SftpClient extends AsyncDisposable {
  get(remotePath: string, localPath: string): Promise<void>;
  put(localPath: string, remotePath: string): Promise<void>;
  write(remotePath: string, content: Uint8Array): Promise<void>;
}

/** A guest's files by SFTP, which the worker does without. Rejects when its server cannot be talked to. */
export async function openSftp(guest: Guest): Promise<SftpClient> {
  const client = new Client();
  await using opened = new AsyncDisposableStack();
  const closed = Promise.withResolvers<void>();
  client.on("close", closed.resolve);
  opened.defer(async () => {
    client.end();
    await closed.promise;
  });
  const { promise, resolve, reject } = Promise.withResolvers<Sftp>();
  client.on("error", reject);
  client.on("ready", () => client.sftp((error, sftp) => error ? reject(error) : resolve(sftp)));
  client.connect({ host: guest.address, username: "admin", password: "admin", readyTimeout: 10_000 });
  const sftp = await promise;
  client.setNoDelay(true);
  const connection = opened.move();
  return {
    get: (remotePath, localPath) => settled((done) => sftp.fastGet(remotePath, localPath, done)),
    put: (localPath, remotePath) => settled((done) => sftp.fastPut(localPath, remotePath, done)),
    write: (remotePath, content) => settled((done) => sftp.writeFile(remotePath, Buffer.from(content), done)),
    [Symbol.asyncDispose]: () => connection.disposeAsync(),
  };
}

function settled(work: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => work((error) => error ? reject(error) : resolve()));
}
