import { create } from "@bufbuild/protobuf";
import { dirname, join } from "node:path";
import { ContainerIsolation } from "../../lib/isolation/container/container_isolation.ts";
import type { EngineName } from "../../lib/machine/container/engine_name.ts";
import type { Machine, MachineCommand } from "../../lib/machine/machine.ts";
import { runCommand } from "../../lib/process/run_command.ts";
import { Isolation_ContainerSchema } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { containerImage, removeContainerImages } from "../helpers/container_images.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";
import { ClaimList } from "../helpers/test_container.ts";
import { type BenchOptions, type Figure, median } from "./figure.ts";
import { MockUpstream } from "./mock_upstream.ts";
import { timed } from "./timed.ts";
import { WorkerProcess } from "./worker_process.ts";

const FILES = 20_000;
const OUTPUT_MB = 200;
const EXECS = 100;

/** What delivering, printing and starting may take, of what the engine's own program takes for the same. */
const AT_MOST_PERCENT = 130;

/** Tasks in containers of Docker, and what happens in them, beside the same by `docker` alone. */
export const dockerContainers = (options: BenchOptions) => containers("docker", options);

/** The same with Podman. */
export const podmanContainers = (options: BenchOptions) => containers("podman", options);

async function containers(engine: EngineName, options: BenchOptions): Promise<Figure[]> {
  const image = await containerImage(engine, { programs: "busybox" });
  try {
    return [...await tasks({ engine, image }, options), ...await insideOne({ engine, image }, options)];
  } finally {
    await removeContainerImages();
  }
}

interface Place {
  readonly engine: EngineName;
  readonly image: string;
}

/** Whole tasks, by a worker in a process of its own, beside `run` and `exec`. */
async function tasks({ engine, image }: Place, { runs }: BenchOptions): Promise<Figure[]> {
  await using upstream = await MockUpstream.start();
  upstream.isolation = { type: { case: "container", value: { image } } };
  const registered = upstream.nextRegistration();
  await using _worker = await WorkerProcess.start({
    endpoint: upstream.endpoint,
    flags: ["--lazy-pull"],
    environment: { CIRRUS_CONTAINER_ENGINE: engine },
  });
  await registered;
  const run = (...args: string[]) => timed(async () => void await runCommand([engine, ...args]));
  const plain: number[] = [];
  const execs: number[] = [];
  const firstLines: number[] = [];
  const wholes: number[] = [];
  // The first task loads what runs tasks, and finds the engine.
  for (let count = -1; count < runs; count++) {
    const plainMs = await run("run", "--rm", image, "true");
    await upstream.workerWaits();
    const queuedAt = performance.now();
    const task = upstream.assign("echo first", "echo second");
    const firstLine = await task.firstLog - queuedAt;
    const whole = await task.stopped - queuedAt;
    if (count < 0) continue;
    plain.push(plainMs);
    firstLines.push(firstLine);
    wholes.push(whole);
  }
  const name = `cirrus-bench-${crypto.randomUUID()}`;
  await runCommand([engine, "run", "--detach", "--name", name, image, "sleep", "600"]);
  for (let count = 0; count < runs; count++) execs.push(await run("exec", name, "true"));
  await runCommand([engine, "rm", "--force", ...engine === "podman" ? ["--time", "0"] : [], name]);
  return [
    { name: `${engine} run alone`, unit: "ms", values: plain },
    { name: `${engine} exec alone`, unit: "ms", values: execs },
    {
      name: `${engine}: task queued to its first script line`,
      unit: "ms",
      values: firstLines,
      go: "770-880",
      target: { most: median(plain) + 100 },
    },
    {
      name: `${engine}: whole task of two scripts, removed at the end`,
      unit: "ms",
      values: wholes,
      go: "2,900-3,100",
      target: { most: 1_000 },
    },
  ];
}

/** What happens in one container, beside the same by the engine's program alone. */
async function insideOne({ engine, image }: Place, { runs }: BenchOptions): Promise<Figure[]> {
  const ledger = new ClaimList();
  const isolation = new ContainerIsolation(create(Isolation_ContainerSchema, { image }), {
    engine,
    lazyPull: true,
  });
  const signal = new AbortController().signal;
  await using machine = await isolation.prepare({ taskId: "bench", progress: () => {}, signal, ledger });
  const container = ledger.lastContainer ?? "";
  await using project = await temporaryDirectory();
  await makeFiles(project.path);
  const spawn = (argv: MachineCommand["argv"]) =>
    machine.spawn({ argv, environment: machine.environment, workingDirectory: "/" }, { signal });
  const own = async (script: string) =>
    void await runCommand(["/bin/sh", "-c", script, "sh", engine, container, project.path]);

  const percent: Record<"deliver" | "read" | "exec", number[]> = { deliver: [], read: [], exec: [] };
  for (let count = 0; count < Math.min(runs, 3); count++) {
    const compare = async (values: number[], ours: () => Promise<void>, script: string) => {
      const oursMs = await timed(ours);
      values.push(100 * oursMs / await timed(() => own(script)));
    };
    await compare(
      percent.deliver,
      () => deliver(machine, { from: project.path, to: `/tmp/ours${count}` }),
      `"$1" exec "$2" mkdir /tmp/own${count}; tar -c -C "$3" . | "$1" cp - "$2:/tmp/own${count}"`,
    );
    const zeros = ["head", "-c", String(OUTPUT_MB * 1_000_000), "/dev/zero"] as const;
    await compare(percent.read, async () => {
      const { output, status } = await spawn([...zeros]);
      for await (const _ of output) { /* as fast as it comes */ }
      await status;
    }, `"$1" exec "$2" ${zeros.join(" ")} | cat >/dev/null`);
    await compare(percent.exec, async () => {
      for (let index = 0; index < EXECS; index++) await (await spawn(["true"])).status;
    }, `for i in $(seq ${EXECS}); do "$1" exec "$2" true; done`);
  }
  const figure = (name: string, values: number[]): Figure => ({
    name: `${engine}: ${name}`,
    unit: "%",
    values,
    target: { most: AT_MOST_PERCENT },
  });
  return [
    figure(`project of ${FILES} files delivered, of tar piped into ${engine} cp`, percent.deliver),
    figure(`${OUTPUT_MB} MB of output read, of ${engine} exec read by cat`, percent.read),
    figure(`${EXECS} programs, of as many ${engine} exec`, percent.exec),
  ];
}

async function makeFiles(folder: string): Promise<void> {
  for (const path of filePaths()) {
    if (path.endsWith("/0")) await Deno.mkdir(join(folder, dirname(path)));
    await Deno.writeTextFile(join(folder, path), `${path}\n`.repeat(20));
  }
}

/** In folders of 100. */
function* filePaths(): Generator<string> {
  for (let index = 0; index < FILES; index++) yield `${Math.floor(index / 100)}/${index % 100}`;
}

async function deliver(machine: Machine, { from, to }: { from: string; to: string }): Promise<void> {
  const paths = async function* () {
    yield* filePaths();
  };
  await machine.files.copyFromHost(from, paths(), to, { signal: new AbortController().signal });
}
