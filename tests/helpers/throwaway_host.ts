import { type TemporaryDirectory, temporaryDirectory } from "./temporary_directory.ts";

/**
 * This host with a disk that forgets: programs run as root, in its own file system below a layer of memory, so that a
 * test can install packages, add users and take any port: it has no network but its own loopback. Linux only, as root.
 */
export class ThrowawayHost implements AsyncDisposable {
  readonly #folder: TemporaryDirectory;

  private constructor(folder: TemporaryDirectory) {
    this.#folder = folder;
  }

  static async create(): Promise<ThrowawayHost> {
    return new ThrowawayHost(await temporaryDirectory());
  }

  /**
   * Runs a script of bash there, with this test's `files` in /mnt; nothing of what it changes is there the next time.
   * Rejects with what it printed when it ends otherwise than with 0.
   */
  async run(script: string, files: string): Promise<string> {
    const layers = this.#folder.path;
    const setUp = `
set -e
ip link set lo up
mount -t tmpfs tmpfs ${layers}
mkdir ${layers}/upper ${layers}/work ${layers}/root
mount -t overlay overlay -o lowerdir=/,upperdir=${layers}/upper,workdir=${layers}/work ${layers}/root
mount --rbind /dev ${layers}/root/dev
mount -t proc proc ${layers}/root/proc
mount -t tmpfs tmpfs ${layers}/root/tmp
mount -t tmpfs tmpfs ${layers}/root/run
mkdir -p ${layers}/root/mnt
mount --bind ${files} ${layers}/root/mnt
exec chroot ${layers}/root env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin bash -euc "$1"
`;
    const { success, stdout, stderr } = await new Deno.Command("unshare", {
      args: ["--mount", "--pid", "--net", "--fork", "--kill-child", "bash", "-c", setUp, "throwaway", script],
    }).output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    if (!success) throw new Error(`The script failed:\n${out}\n${err}`);
    return out ?? "";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }
}
