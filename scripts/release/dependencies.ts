import { join } from "node:path";
import { z } from "zod";
import { runProgram } from "./run_program.ts";

/** A package that is in the bundle. */
export interface Dependency {
  readonly name: string;
  readonly version: string;
  /** Its SPDX licence expression, as the package says it. */
  readonly licence: string;
  /** The texts of its licence files; what its `package.json` says where it brings none. */
  readonly licenceText: string;
  /** The checksum of its archive, as `deno.lock` has it: `sha512-` and base64. */
  readonly integrity: string;
}

const GRAPH = z.object({
  modules: z.array(z.object({ kind: z.string().optional(), npmPackage: z.string().optional() })),
  npmPackages: z.record(
    z.string(),
    z.object({
      name: z.string(),
      version: z.string(),
      dependencies: z.array(z.string()),
      /** Where Deno keeps the package's files. */
      localPath: z.string(),
    }),
  ),
});
const LOCK = z.object({ npm: z.record(z.string(), z.object({ integrity: z.string() })) });
/** The second form is the one of before 2015. */
const MANIFEST = z.union([
  z.object({ license: z.string() }).transform(({ license }) => license),
  z.object({ licenses: z.array(z.object({ type: z.string() })).min(1) })
    .transform(({ licenses }) => licenses.map(({ type }) => type).join(" OR ")),
]);

/** The packages that `main.ts` reaches, by name. Rejects when one of them states no licence. */
export async function readDependencies(root: string): Promise<readonly Dependency[]> {
  const graph = GRAPH.parse(
    JSON.parse(await runProgram(Deno.execPath(), ["info", "--json", "main.ts"], { cwd: root })),
  );
  const lock = LOCK.parse(JSON.parse(await Deno.readTextFile(join(root, "deno.lock"))));
  const reached = new Set<string>();
  const reach = (id: string) => {
    if (reached.has(id)) return;
    reached.add(id);
    graph.npmPackages[id]?.dependencies.forEach(reach);
  };
  for (const { npmPackage } of graph.modules) if (npmPackage !== undefined) reach(npmPackage);
  const dependencies = [...reached].map((id) => {
    const found = graph.npmPackages[id];
    const integrity = lock.npm[id]?.integrity;
    if (!found || integrity === undefined) {
      throw new Error(`Package ${id} is not in deno.lock: run deno install`);
    }
    return readDependency(found.localPath, { ...found, integrity });
  });
  return (await Promise.all(dependencies)).sort((a, b) => a.name < b.name ? -1 : 1);
}

async function readDependency(
  directory: string,
  { name, version, integrity }: Pick<Dependency, "name" | "version" | "integrity">,
): Promise<Dependency> {
  const manifest = MANIFEST.safeParse(JSON.parse(await Deno.readTextFile(join(directory, "package.json"))));
  if (!manifest.success) throw new Error(`Package ${name}@${version} states no licence in its package.json`);
  const files = await Array.fromAsync(Deno.readDir(directory));
  const texts = files.map((file) => file.name).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .sort();
  const licence = manifest.data;
  const licenceText = texts.length === 0
    ? `Licence: ${licence}\n`
    : (await Promise.all(texts.map((file) => Deno.readTextFile(join(directory, file))))).join("\n");
  return { name, version, integrity, licence, licenceText };
}
