import assert from "node:assert/strict";
import { runCommand } from "../../../lib/process/run_command.ts";

/** The specifiers of all modules that are loaded with one, those of its dynamic imports left out. */
async function loadedWith(path: string): Promise<string[]> {
  const { stdout } = await runCommand([Deno.execPath(), "info", "--json", path], { timeoutMs: 60_000 });
  const { roots, modules } = JSON.parse(new TextDecoder().decode(stdout));
  const byName = new Map<string, Module>(modules.map((module: Module) => [module.specifier, module]));
  const loaded = new Set<string>(roots);
  for (const name of loaded) {
    for (const { isDynamic, code } of byName.get(name)?.dependencies ?? []) {
      if (!isDynamic && code) loaded.add(code.specifier);
    }
  }
  return [...loaded];
}

interface Module {
  readonly specifier: string;
  readonly dependencies?: ReadonlyArray<
    { readonly isDynamic?: boolean; readonly code?: { readonly specifier: string } }
  >;
}

Deno.test("a worker without a file loads nothing that reads files", async () => {
  const loaded = await loadedWith("lib/cli/worker/run_worker.ts");
  assert.ok(loaded.some((name) => name.endsWith("/lib/worker/worker.ts")));
  assert.deepEqual(loaded.filter((name) => /^npm:\/?(zod|yaml)@|\/lib\/config\/read_config/.test(name)), []);
});
