import type { BenchOptions, Figure } from "./figure.ts";
import { MockUpstream } from "./mock_upstream.ts";
import { WorkerProcess } from "./worker_process.ts";

const SCRIPTS = Array.from({ length: 10 }, () => "true");

/** A task of ten scripts, beside the same ten started by nothing but a shell. */
export async function tenScripts({ runs }: BenchOptions): Promise<Figure[]> {
  await using upstream = await MockUpstream.start();
  const registered = upstream.nextRegistration();
  await using _worker = await WorkerProcess.start({ endpoint: upstream.endpoint });
  await registered;
  const values: number[] = [];
  const bare: number[] = [];
  for (let run = 0; run < runs; run++) {
    const task = upstream.assign(...SCRIPTS);
    values.push(await task.stopped - await task.assigned);
    bare.push(await shellLoop());
  }
  return [
    {
      name: "task of 10 scripts `true`: assigned to finished",
      unit: "ms",
      values,
      go: "10,100",
      target: { most: 200 },
    },
    { name: "the same 10 by a bare sh, one bash each", unit: "ms", values: bare },
  ];
}

async function shellLoop(): Promise<number> {
  const start = performance.now();
  const args = ["-c", "for i in 1 2 3 4 5 6 7 8 9 10; do bash -c true; done"];
  await new Deno.Command("sh", { args, stdin: "null" }).output();
  return performance.now() - start;
}
