import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import type { TerminalSize } from "../../lib/cli/io.ts";
import { ofProcesses } from "../helpers/processes.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";
import { type ProgramEnd, RunningProgram } from "./running_program.ts";

const MAIN = join(import.meta.dirname ?? ".", "..", "..", "main.ts");

const CIRRUS = [Deno.execPath(), "run", "--quiet", "--allow-all", MAIN] as const;

/** A project, a home and a folder for temporary files of the test's own, in which the real program is started. */
export interface Playground extends AsyncDisposable {
  /** Absolute path of the project. */
  readonly project: string;
  /** Absolute path of the folder for temporary files, which every process finds in TMPDIR. */
  readonly temporary: string;
  /** Starts the program in the project, in an environment of nothing but PATH, its folders and `environment`. */
  start(args: readonly string[], environment?: Readonly<Record<string, string>>): RunningProgram;
  /** As `start`, on a terminal of this size; Linux only. What it prints is what the terminal gets. */
  startOnTerminal(args: readonly string[], size: TerminalSize): RunningProgram;
  /** Starts the program and waits for its end. */
  run(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<ProgramEnd>;
  /** Fails when a process of the program still runs, or a file of it is still there. */
  assertNothingLeft(): Promise<void>;
}

/** Makes a project with these files. */
export async function playground(files: Readonly<Record<string, string>> = {}): Promise<Playground> {
  const folder = await temporaryDirectory();
  const [project, temporary, home] = ["project", "tmp", "home"].map((name) => join(folder.path, name));
  assert.ok(project && temporary && home);
  for (const path of [project, temporary, home]) await Deno.mkdir(path);
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(project, path)), { recursive: true });
    await Deno.writeTextFile(join(project, path), text);
  }

  const spawn = (argv: readonly [string, ...string[]], environment: Readonly<Record<string, string>>) => {
    const [program, ...args] = argv;
    const command = new Deno.Command(program, {
      args,
      cwd: project,
      clearEnv: true,
      env: {
        PATH: Deno.env.get("PATH") ?? "",
        DENO_DIR: Deno.env.get("DENO_DIR") ?? join(Deno.env.get("HOME") ?? "", ".cache", "deno"),
        HOME: home,
        TMPDIR: temporary,
        ...environment,
      },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    });
    return new RunningProgram(command.spawn());
  };
  const start: Playground["start"] = (args, environment = {}) => spawn([...CIRRUS, ...args], environment);
  return {
    project,
    temporary,
    start,
    startOnTerminal(args, { columns, rows }) {
      const line = `stty cols ${columns} rows ${rows} && exec ${[...CIRRUS, ...args].join(" ")}`;
      return spawn(["script", "--quiet", "--flush", "--return", "--command", line, "/dev/null"], {
        TERM: "xterm",
      });
    },
    run: (args, environment) => start(args, environment).ended,
    async assertNothingLeft() {
      assert.deepEqual(await Array.fromAsync(Deno.readDir(temporary), ({ name }) => name), []);
      assert.deepEqual(processesWith(`TMPDIR=${temporary}`), []);
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** The command lines of the processes with this variable; Linux only, none elsewhere. */
function processesWith(variable: string): string[] {
  if (Deno.build.os !== "linux") return [];
  return ofProcesses((folder) => {
    const isOurs = Deno.readTextFileSync(`${folder}/environ`).split("\0").includes(variable);
    return isOurs ? Deno.readTextFileSync(`${folder}/cmdline`).replaceAll("\0", " ") : undefined;
  });
}
