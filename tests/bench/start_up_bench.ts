import { join } from "node:path";
import type { BenchOptions, Figure } from "./figure.ts";
import { MockUpstream } from "./mock_upstream.ts";
import { WorkerProcess } from "./worker_process.ts";

const MAIN = join(import.meta.dirname ?? ".", "..", "..", "main.ts");

/** How long the program takes to be ready, beside an empty program on the same Deno. */
export async function startUp({ runs }: BenchOptions): Promise<Figure[]> {
  const registered: number[] = [];
  for (let run = 0; run < runs; run++) registered.push(await startToRegistered());
  const empty = await Deno.makeTempFile({ suffix: ".ts" });
  const times = async (...args: string[]) => {
    const values: number[] = [];
    for (let run = 0; run < runs; run++) values.push(await startToEnd(args));
    return values;
  };
  const [version, help, nothing] = [
    await times(MAIN, "--version"),
    await times(MAIN, "--help"),
    await times(empty),
  ];
  await Deno.remove(empty);
  return [
    {
      name: "process start to registered",
      unit: "ms",
      values: registered,
      go: "50-70",
      target: { most: 140 },
    },
    { name: "--version, start to end", unit: "ms", values: version, target: { most: 40 } },
    { name: "--help, start to end", unit: "ms", values: help, target: { most: 40 } },
    { name: "an empty program on Deno, start to end", unit: "ms", values: nothing },
  ];
}

async function startToRegistered(): Promise<number> {
  await using upstream = await MockUpstream.start();
  const registration = upstream.nextRegistration();
  const start = performance.now();
  await using _worker = await WorkerProcess.start({ endpoint: upstream.endpoint });
  return await registration - start;
}

async function startToEnd(args: string[]): Promise<number> {
  const start = performance.now();
  const { success } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", ...args] }).output();
  if (!success) throw new Error(`deno run ${args.join(" ")} failed`);
  return performance.now() - start;
}
