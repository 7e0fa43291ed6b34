import { join } from "node:path";
import { eventually } from "../../helpers/eventually.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { Guest } from "../guest/guest.ts";
import { type FakeImage, type Fault, type JournalEntry, VmHome } from "./vm_home.ts";

/** An image that every fake program knows, unless a test says otherwise. */
export const IMAGE = "ghcr.io/cirruslabs/test:latest";

const VARIABLES = { tart: "TART_HOME", vetu: "VETU_HOME" } as const;

/**
 * A host that has `tart` or `vetu`: a real executable in a folder of its own at the head of this process's `PATH`,
 * until it is disposed. What still runs by then is killed.
 */
export class FakeProgram implements AsyncDisposable {
  readonly home: VmHome;
  /** The folder that the executable is in. */
  readonly folder: string;
  readonly #resources: AsyncDisposableStack;

  private constructor(home: VmHome, folder: string, resources: AsyncDisposableStack) {
    this.home = home;
    this.folder = folder;
    this.#resources = resources;
  }

  static async install(name: "tart" | "vetu"): Promise<FakeProgram> {
    await using resources = new AsyncDisposableStack();
    const directory = resources.use(await temporaryDirectory());
    const home = new VmHome(join(directory.path, "home"));
    home.register(IMAGE, { os: name === "tart" ? "darwin" : "linux", diskSize: 20, guest: [] });
    resources.defer(() => endAll(home));
    const folder = join(directory.path, "bin");
    await Deno.mkdir(folder);
    const main = new URL(`../${name}/main.ts`, import.meta.url).pathname;
    const deno = `'${Deno.execPath()}' run --allow-all --no-check --no-config --no-lock`;
    await Deno.writeTextFile(join(folder, name), `#!/bin/sh\nexec ${deno} '${main}' "$@"\n`, { mode: 0o755 });
    resources.use(variable("PATH", `${folder}:${Deno.env.get("PATH")}`));
    resources.use(variable(VARIABLES[name], home.path));
    return new FakeProgram(home, folder, resources.move());
  }

  /** Makes an image that can be pulled. */
  image(name: string, facts: Partial<FakeImage> = {}): string {
    const image = `ghcr.io/cirruslabs/${name}:latest`;
    const standard = this.home.registered(IMAGE) ?? { os: "linux", diskSize: 20, guest: [] };
    this.home.register(image, { ...standard, ...facts });
    return image;
  }

  /** Makes calls of a subcommand fail or wait until the test takes that back with `undefined`. */
  fault(subcommand: string, fault: Fault | undefined): void {
    this.home.setFault(subcommand, fault);
  }

  /** The calls of a subcommand up to now. */
  calls(subcommand: string): JournalEntry[] {
    return this.home.journal().filter(({ argv }) => argv[0] === subcommand);
  }

  /** Waits until a subcommand was called so many times. */
  async called(subcommand: string, times = 1): Promise<void> {
    await eventually(() => this.calls(subcommand).length >= times);
  }

  /** What runs in a VM, as soon as it does, for a test to do harm to. */
  async guest(name: string): Promise<Guest> {
    return await Guest.at(this.home.vmFile(name, "guest"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

async function endAll(home: VmHome): Promise<void> {
  for (const name of home.running()) {
    const runner = home.runner(name);
    if (runner !== undefined) Deno.kill(runner, "SIGKILL");
    await eventually(() => home.runner(name) === undefined);
  }
}

/** Sets a variable of this process until it is disposed. */
function variable(name: string, value: string): Disposable {
  const before = Deno.env.get(name);
  Deno.env.set(name, value);
  return {
    [Symbol.dispose]: () => before === undefined ? Deno.env.delete(name) : Deno.env.set(name, before),
  };
}
