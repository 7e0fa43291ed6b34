import { join } from "node:path";
import { runProgram } from "./run_program.ts";

/** Texts that the program itself writes and packages hold. */
export interface CirrusTexts {
  /** The example files of `/etc/cirrus/`, by file name. */
  readonly configuration: Readonly<Record<"worker.yml" | "controller.yml", string>>;
  /** The script of bash's completion. */
  readonly completion: string;
}

/** Lets the program, from its sources, write them. */
export async function writeCirrusTexts(root: string): Promise<CirrusTexts> {
  const cirrus = (...args: string[]) =>
    runProgram(Deno.execPath(), ["run", "--quiet", "--allow-all", join(root, "main.ts"), ...args], {
      cwd: root,
    });
  const folder = await Deno.makeTempDir({ prefix: "cirrus-texts-" });
  const example = async (name: string, ...flags: string[]) => {
    const path = join(folder, name);
    await cirrus("config", "init", `--file=${path}`, ...flags);
    return await Deno.readTextFile(path);
  };
  try {
    return {
      configuration: {
        "worker.yml": await example("worker.yml"),
        "controller.yml": await example("controller.yml", "--controller"),
      },
      completion: await cirrus("completion", "bash"),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
