import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { ContainerIsolation } from "../../lib/isolation/container/container_isolation.ts";
import type { ContainerIsolationOptions } from "../../lib/isolation/container/container_options.ts";
import type { OwnedResource, ResourceLedger, ResourceOwner } from "../../lib/isolation/isolation.ts";
import type { EngineName } from "../../lib/machine/container/engine_name.ts";
import type { ExitStatus, Machine, MachineCommand } from "../../lib/machine/machine.ts";
import { runCommand } from "../../lib/process/run_command.ts";
import { Isolation_ContainerSchema } from "../../proto/gen/cirrus_ci_service_pb.ts";

/** What to prepare, and how. */
export interface TestContainerOptions {
  readonly container: MessageInitShape<typeof Isolation_ContainerSchema>;
  readonly isolation?: ContainerIsolationOptions;
  readonly progress?: (line: string) => void;
  readonly ledger?: ClaimList;
  readonly signal?: AbortSignal;
}

/** A container on a real engine, and what it has claimed. */
export class TestContainer implements AsyncDisposable {
  readonly machine: Machine;
  readonly ledger: ClaimList;
  readonly engine: EngineName;

  private constructor(engine: EngineName, machine: Machine, ledger: ClaimList) {
    this.engine = engine;
    this.machine = machine;
    this.ledger = ledger;
  }

  static async start(engine: EngineName, options: TestContainerOptions): Promise<TestContainer> {
    const isolation = new ContainerIsolation(create(Isolation_ContainerSchema, options.container), {
      engine,
      lazyPull: true,
      ...options.isolation,
    });
    const { signal = new AbortController().signal, progress = () => {}, ledger = new ClaimList() } = options;
    return new TestContainer(
      engine,
      await isolation.prepare({ taskId: "7", progress, signal, ledger }),
      ledger,
    );
  }

  /** The container's name. */
  get name(): string {
    const { lastContainer } = this.ledger;
    if (lastContainer === undefined) throw new Error("there is no container");
    return lastContainer;
  }

  /** Runs a program to its end. */
  async run(
    argv: readonly [string, ...string[]],
    options: Partial<MachineCommand> & { signal?: AbortSignal } = {},
  ): Promise<{ output: string; status: ExitStatus }> {
    const { signal = new AbortController().signal, ...command } = options;
    const process = await this.machine.spawn({
      argv,
      environment: this.machine.environment,
      workingDirectory: "/",
      ...command,
    }, { signal });
    const output = await new Response(process.output).text();
    return { output, status: await process.status };
  }

  /** What a line of a shell prints. */
  async sh(line: string): Promise<string> {
    return (await this.run(["/bin/sh", "-c", line])).output;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.machine[Symbol.asyncDispose]();
  }
}

/** A ledger that knows what is claimed now, and the last container that was. */
export class ClaimList implements ResourceLedger {
  readonly claims = new Set<OwnedResource>();
  lastContainer: string | undefined;

  identify(): ResourceOwner {
    return { id: "owner", home: "host/home" };
  }

  claim(resource: OwnedResource): Promise<AsyncDisposable> {
    this.claims.add(resource);
    if (resource.kind === "container") this.lastContainer = resource.name;
    return Promise.resolve({
      [Symbol.asyncDispose]: () => Promise.resolve(void this.claims.delete(resource)),
    });
  }
}

/** The names of an engine's containers, those that have ended included: of all images, or of one. */
export async function containerNames(
  engine: EngineName,
  { image }: { readonly image?: string } = {},
): Promise<string[]> {
  const { stdout } = await runCommand([engine, "ps", "--all", "--format", "{{.Names}} {{.Image}}"]);
  const containers = new TextDecoder().decode(stdout).split("\n").map((line) => line.split(" "));
  return containers.flatMap(([name = "", its]) =>
    // Podman calls what has no registry localhost/NAME.
    name !== "" && (image === undefined || its === image || its === `localhost/${image}`) ? [name] : []
  );
}
