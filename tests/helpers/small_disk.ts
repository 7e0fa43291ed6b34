import { join } from "node:path";
import { temporaryDirectory } from "./temporary_directory.ts";

/** A file system of its own, so small that a test can fill it. Unmounted and removed when disposed. */
export interface SmallDisk extends AsyncDisposable {
  readonly path: string;
  /** Fills it up to the last byte; call the result to make room again. */
  fill(): Promise<() => Promise<void>>;
}

/** Mounting takes root. In CI the tests run as root, so there nothing is skipped. */
export const needsRoot = { ignore: Deno.uid() !== 0 && Deno.env.get("CI") !== "true" };

/** Mounts a disk of `bytes` bytes, rounded up to whole pages. */
export async function smallDisk({ bytes }: { bytes: number }): Promise<SmallDisk> {
  await using cleanUp = new AsyncDisposableStack();
  const directory = cleanUp.use(await temporaryDirectory());
  await run("mount", "-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", directory.path);
  cleanUp.defer(() => run("umount", "--lazy", directory.path));
  const owned = cleanUp.move();
  return {
    path: directory.path,
    fill: () => fill(join(directory.path, "ballast")),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function fill(path: string): Promise<() => Promise<void>> {
  using file = await Deno.open(path, { write: true, create: true });
  for (const block of [new Uint8Array(1 << 16), new Uint8Array(1)]) {
    try {
      while (await file.write(block) > 0);
    } catch {
      // A block of this size has no room any more.
    }
  }
  return () => Deno.remove(path);
}

async function run(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args, stdout: "null", stderr: "piped" })
    .output();
  if (!success) throw new Error(`Cannot ${program}: ${new TextDecoder().decode(stderr).trim()}`);
}
