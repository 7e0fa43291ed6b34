/**
 * Generates `proto/gen` from `proto/*.proto`. With `--check` it generates elsewhere and compares: it ends with 1
 * when what is checked in is not what comes out.
 */
import { globSync } from "node:fs";
import { join } from "node:path";

/** Of their own, so that nobody downloads a compiler to run the program. */
const LOCK = "scripts/generate_proto.lock";
const BUF = "npm:@bufbuild/buf@1.74.0/buf";
const PLUGIN = "npm:@bufbuild/protoc-gen-es@2.17.0";
const GENERATED = "proto/gen";

const root = join(import.meta.dirname ?? ".", "..");

function run(tool: string): string[] {
  return ["run", "-A", "--no-config", "--lock", LOCK, "--frozen", tool];
}

async function generate(folder: string): Promise<void> {
  const template = {
    version: "v2",
    plugins: [{
      local: [Deno.execPath(), ...run(PLUGIN)],
      out: GENERATED,
      opt: ["target=ts", "import_extension=ts"],
    }],
  };
  const args = [...run(BUF), "generate", "proto", "--template", JSON.stringify(template), "-o", folder];
  const { success } = await new Deno.Command(Deno.execPath(), { args, cwd: root }).spawn().status;
  if (!success) throw new Error("Cannot generate the protocol's code: see what buf says above");
}

/** The names and texts of the generated files below a folder. */
function generatedFiles(folder: string): Map<string, string> {
  const names = globSync(`${GENERATED}/**/*`, { cwd: folder }).filter((name) => name.endsWith(".ts")).sort();
  return new Map(names.map((name) => [name, Deno.readTextFileSync(join(folder, name))]));
}

/** The names of generated files that differ, are missing or should not be there. */
async function staleFiles(): Promise<string[]> {
  const folder = await Deno.makeTempDir();
  try {
    await generate(folder);
    const [expected, actual] = [generatedFiles(folder), generatedFiles(root)];
    return [...new Set([...expected.keys(), ...actual.keys()])]
      .filter((name) => expected.get(name) !== actual.get(name));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (Deno.args.includes("--check")) {
  const stale = await staleFiles();
  for (const name of stale) console.error(`${name} is not what proto/*.proto gives: run deno task generate`);
  if (stale.length > 0) Deno.exitCode = 1;
} else {
  await generate(root);
}
