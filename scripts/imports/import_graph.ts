import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { z } from "zod";

/** One import: a file of this repository, what it imports, and the line that does. */
export interface Import {
  /** Path relative to the root of the repository. */
  readonly from: string;
  /** A path like `from`, or the name of a package (`hono`) or built-in module (`node:path`). */
  readonly to: string;
  /** 1-based. */
  readonly line: number;
}

const Resolved = z.object({
  specifier: z.string(),
  span: z.object({ start: z.object({ line: z.number() }) }),
});
const Graph = z.object({
  modules: z.array(z.object({
    specifier: z.string(),
    dependencies: z.array(z.object({ code: Resolved.optional(), type: Resolved.optional() })).default([]),
  })),
});

/**
 * All imports of the given files and of what they import, types included, as `deno info` resolves them. A file
 * that does not exist has none: `deno check` reports those.
 */
export async function importsOf(files: readonly string[], { root }: { root: string }): Promise<Import[]> {
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(
      entry,
      files.map((file) => `import ${JSON.stringify(pathToFileURL(file))};`).join("\n"),
    );
    const { modules } = Graph.parse(JSON.parse(await denoInfo(entry, root)));
    const own = modules.filter(({ specifier }) =>
      specifier.startsWith("file:") && specifier !== pathToFileURL(entry).href
    );
    return own.flatMap(({ specifier, dependencies }) =>
      dependencies.map(({ code, type }) => code ?? type).filter((target) => target !== undefined)
        .map((target) => ({
          from: name(specifier, root),
          to: name(target.specifier, root),
          line: target.span.start.line + 1,
        }))
    );
  } finally {
    await Deno.remove(entry);
  }
}

async function denoInfo(entry: string, root: string): Promise<string> {
  const args = ["info", "--json", "--config", `${root}/deno.json`, entry];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (!success) throw new Error(`Cannot run deno info: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** `npm:/@scope/name@1.0.0/sub` and `npm:@scope/name@1.0.0/sub` are `@scope/name`; files are named from the root. */
function name(specifier: string, root: string): string {
  if (specifier.startsWith("file:")) return relative(root, fileURLToPath(specifier));
  return /^npm:\/?((?:@[^/@]+\/)?[^/@]+)/.exec(specifier)?.[1] ?? specifier;
}
