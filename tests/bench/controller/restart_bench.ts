import { Controller } from "../../../lib/controller/controller.ts";
import { silentLogger } from "../../../lib/logging/logger.ts";
import { task } from "../../controller/builds.ts";
import type { BenchOptions, Figure } from "../figure.ts";
import { ControllerProcess } from "./controller_process.ts";

const BUILDS = 10_000;
/** How many of them wait for a worker. */
const WAITING = 100;

/** How soon a controller that has many builds stored is there again. */
export async function restart({ runs }: BenchOptions): Promise<Figure[]> {
  const dataDirectory = await Deno.makeTempDir({ prefix: "cirrus-bench-" });
  try {
    await storeBuilds(dataDirectory);
    const ready: number[] = [];
    const cpu: number[] = [];
    for (let run = 0; run < Math.ceil(runs / 3); run++) {
      const start = performance.now();
      await using controller = await ControllerProcess.start({ dataDirectory });
      await controller.client.listBuilds({ limit: 1 });
      ready.push(performance.now() - start);
      cpu.push(controller.cpuSeconds() * 1_000);
    }
    const name = `restart with ${BUILDS} builds stored`;
    return [
      { name: `${name}: from start to the first answer`, unit: "ms", values: ready, target: { most: 1_000 } },
      { name: `${name}: processor time until then`, unit: "ms", values: cpu },
    ];
  } finally {
    await Deno.remove(dataDirectory, { recursive: true });
  }
}

async function storeBuilds(dataDirectory: string): Promise<void> {
  await using controller = await Controller.start({
    hostname: "127.0.0.1",
    port: 0,
    dataDirectory,
    registrationToken: "bench",
    logger: silentLogger,
  });
  for (let count = 0; count < BUILDS; count++) {
    const { id } = await controller.builds.create({ tasks: [task({ commands: ["clone", "test"] })] });
    if (count < BUILDS - WAITING) await controller.builds.cancel(id, "Only to be stored");
  }
}
