import { join } from "node:path";
import { cloneRepository } from "../../lib/agent/clone/clone_repository.ts";
import { readCloneRequest } from "../../lib/agent/clone/clone_request.ts";
import { Mirrors } from "../../lib/agent/clone/mirrors.ts";
import { LocalMachine } from "../../lib/machine/local/local_machine.ts";
import { runCommand } from "../../lib/process/run_command.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";
import type { BenchOptions, Figure } from "./figure.ts";
import { changeLargeRepository, makeLargeRepository } from "./large_repository.ts";
import { timed } from "./timed.ts";

/** Runs are long. */
const MOST_RUNS = 3;

/** Clones of 50,000 files: the first, and one when there is a mirror and a new commit; beside git's own. */
export async function clone({ runs }: BenchOptions): Promise<Figure[]> {
  await using folder = await temporaryDirectory();
  const origin = join(folder.path, "origin.git");
  await makeLargeRepository(origin);
  const first: number[] = [];
  const second: number[] = [];
  const gitFirst: number[] = [];
  const gitSecond: number[] = [];
  for (let run = 0; run < Math.min(runs, MOST_RUNS); run++) {
    const [plain, known, mirrors] = ["plain", "known", "mirrors"].map((name) =>
      join(folder.path, `${name}${run}`)
    );
    if (plain === undefined || known === undefined || mirrors === undefined) break;
    await git("clone", "--quiet", "--no-checkout", `file://${origin}`, known);
    gitFirst.push(await timed(() => git("clone", "--quiet", `file://${origin}`, plain)));
    first.push(await cloneOnce({ origin, mirrors, parent: folder.path }));
    await changeLargeRepository(origin, run);
    gitSecond.push(
      await timed(async () => {
        await git("-C", known, "fetch", "--quiet");
        await git("-C", known, "checkout", "--quiet", "--force", "-B", "main", "origin/main");
      }),
    );
    second.push(await cloneOnce({ origin, mirrors, parent: folder.path }));
    for (const path of [plain, known, mirrors]) await Deno.remove(path, { recursive: true });
  }
  const percent = (values: number[], of: number[]) => values.map((ms, run) => 100 * ms / (of[run] ?? NaN));
  return [
    { name: "clone of 50,000 files, first time", unit: "ms", values: first },
    { name: "the same by `git clone`", unit: "ms", values: gitFirst },
    { name: "clone of 50,000 files, second time", unit: "ms", values: second },
    { name: "the same by `git fetch` and `git checkout`", unit: "ms", values: gitSecond },
    { name: "second clone, of git's", unit: "%", values: percent(second, gitSecond), target: { most: 150 } },
    { name: "second clone, of the first", unit: "%", values: percent(second, first), target: { most: 10 } },
  ];
}

async function cloneOnce(
  { origin, mirrors, parent }: { origin: string; mirrors: string; parent: string },
): Promise<number> {
  const directory = await Deno.makeTempDir({ dir: parent });
  await using machine = new LocalMachine({
    workingDirectory: join(directory, "work"),
    temporaryDirectory: directory,
    environment: new Map(),
    mark: crypto.randomUUID(),
  });
  const variables = new Map([["CIRRUS_REPO_CLONE_URL", `file://${origin}`], ["CIRRUS_BRANCH", "main"]]);
  const ms = await timed(() =>
    cloneRepository(readCloneRequest(variables), {
      machine,
      directory: machine.workingDirectory,
      mirrors: new Mirrors({ directory: mirrors }),
      hostDirectory: directory,
      log: (line) => console.error(line),
      signal: new AbortController().signal,
    })
  );
  await Deno.remove(directory, { recursive: true });
  return ms;
}

async function git(...args: string[]): Promise<void> {
  await runCommand(["git", ...args]);
}
