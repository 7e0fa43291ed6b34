import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { billOfMaterials } from "./bill_of_materials.ts";
import type { BuildIdentity } from "./build_identity.ts";
import { type CirrusTexts, writeCirrusTexts } from "./cirrus_texts.ts";
import { compileTarget } from "./compile_target.ts";
import { makeDebianPackage } from "./debian_package.ts";
import { readDependencies } from "./dependencies.ts";
import { pack } from "./pack.ts";
import { releaseNotes } from "./release_notes.ts";
import { stageProgram } from "./stage_program.ts";
import type { Target } from "./targets.ts";
import { thirdPartyNotices } from "./third_party_notices.ts";

/** What a release is made of, and where. */
export interface ReleaseOptions {
  /** The checkout. */
  readonly root: string;
  readonly targets: readonly Target[];
  readonly identity: BuildIdentity;
  /** Where its files go. */
  readonly directory: string;
  /** See `CompileOptions`. */
  readonly deno: string;
  readonly runtimeBase: string | undefined;
}

/**
 * Makes the files of a release: an archive for each target, a Debian package for each Linux one, the list of
 * dependencies, the notes and the checksums. Resolves with their paths. Rejects with what is missing and what to do.
 */
export async function makeRelease(options: ReleaseOptions): Promise<readonly string[]> {
  const { root, targets, identity, directory } = options;
  const work = await Deno.makeTempDir({ prefix: "cirrus-release-" });
  try {
    await Deno.mkdir(directory, { recursive: true });
    // What can be missing in the checkout is looked for before what takes minutes.
    const notes = releaseNotes(await Deno.readTextFile(join(root, "CHANGELOG.md")), identity.version);
    const dependencies = await readDependencies(root);
    const documents = {
      "README.md": await Deno.readTextFile(join(root, "README.md")),
      "docs/reference.md": await Deno.readTextFile(join(root, "docs/reference.md")),
      "THIRD_PARTY_NOTICES.txt": thirdPartyNotices(dependencies),
    };
    const texts = await writeCirrusTexts(root);
    const staged = join(work, "staged");
    await stageProgram(root, staged, identity);
    const files: string[] = [];
    for (const target of targets) {
      const executable = await compileTarget(target, { ...options, staged, directory: join(work, "bin") });
      files.push(...await packTarget(target, { ...options, work, executable, documents, texts }));
    }
    files.push(
      await write(directory, "RELEASE_NOTES.md", notes),
      await write(
        directory,
        "cirrus.cdx.json",
        `${JSON.stringify(billOfMaterials(identity, dependencies), undefined, 2)}\n`,
      ),
    );
    return [...files, await write(directory, "SHA256SUMS", await checksums(files))];
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function packTarget(
  target: Target,
  { identity, directory, work, executable, documents, texts }: ReleaseOptions & {
    readonly work: string;
    readonly executable: string;
    readonly documents: Readonly<Record<string, string>>;
    readonly texts: CirrusTexts;
  },
): Promise<readonly string[]> {
  const program = target.archive === "zip" ? "cirrus.exe" : "cirrus";
  const papers = await Promise.all(
    Object.entries(documents).map(async ([name, text]) => ({ name, path: await write(work, name, text) })),
  );
  const { date } = identity;
  const archive = await pack(target, [{ name: program, path: executable }, ...papers], { directory, date });
  if (target.debian === undefined) return [archive];
  const architecture = target.debian;
  return [
    archive,
    await makeDebianPackage({ executable, architecture, identity, documents, directory, ...texts }),
  ];
}

async function write(directory: string, name: string, text: string): Promise<string> {
  const path = join(directory, name);
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, text);
  return path;
}

/** As `sha256sum --check` reads them. */
async function checksums(paths: readonly string[]): Promise<string> {
  const lines = paths.map(async (path) => {
    const hash = createHash("sha256").update(await Deno.readFile(path)).digest("hex");
    return `${hash}  ${basename(path)}\n`;
  });
  return (await Promise.all(lines)).join("");
}
