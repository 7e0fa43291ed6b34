import { basename, dirname, join } from "node:path";
import { zipSync } from "fflate";
import { runProgram } from "./run_program.ts";
import type { Target } from "./targets.ts";

/** What is packed, and under which name. */
export interface PackedFile {
  readonly name: string;
  readonly path: string;
}

/** How an archive is made. */
export interface PackOptions {
  readonly directory: string;
  /** The time of every file in it. */
  readonly date: Date;
}

/** Packs the files of a target and resolves with the archive's path. The same files make the same bytes. */
export async function pack(
  target: Target,
  files: readonly PackedFile[],
  { directory, date }: PackOptions,
): Promise<string> {
  const archive = join(directory, `cirrus-${target.name}.${target.archive}`);
  const contents = Object.fromEntries(
    await Promise.all(files.map(async ({ name, path }) => [name, await Deno.readFile(path)] as const)),
  );
  switch (target.archive) {
    case "zip":
      await Deno.writeFile(archive, zipSync(contents, { level: 6, mtime: date }));
      return archive;
    case "tar.gz": {
      const folder = await Deno.makeTempDir({ prefix: "cirrus-pack-" });
      try {
        for (const [name, bytes] of Object.entries(contents)) {
          await Deno.mkdir(dirname(join(folder, name)), { recursive: true });
          await Deno.writeFile(join(folder, name), bytes, { mode: isExecutable(name) ? 0o755 : 0o644 });
        }
        const names = files.map(({ name }) => name);
        const tar = join(folder, "archive.tar");
        await runProgram("tar", [
          "--create",
          `--file=${tar}`,
          "--format=ustar",
          "--owner=root:0",
          "--group=root:0",
          `--mtime=@${date.getTime() / 1000}`,
          `--directory=${folder}`,
          ...names,
        ]);
        await runProgram("gzip", ["--no-name", tar]);
        await Deno.copyFile(`${tar}.gz`, archive);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
      return archive;
    }
  }
}

/** The program is the one file without an extension. */
function isExecutable(name: string): boolean {
  return !basename(name).includes(".");
}
