import { join } from "node:path";

/** An image as a registry has it. */
export interface FakeImage {
  readonly os: "darwin" | "linux";
  /** GB of its disk; a clone's can only grow. */
  readonly diskSize: number;
  /** Arguments for `guest/boot.sh`, which say how its guests behave. */
  readonly guest: readonly string[];
}

/** A VM that was cloned. */
export interface FakeVm extends FakeImage {
  readonly image: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** Makes every call of a subcommand fail, or wait. */
export interface Fault {
  /** What is printed on standard error before the program ends with 1. */
  readonly fails?: string;
  /** True makes calls wait until the fault is gone, and then go on as if nothing had been. */
  readonly holds?: boolean;
  /** How many calls it still strikes; all when absent. */
  readonly times?: number;
}

/** One call, as the journal has it. */
export interface JournalEntry {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The folder in which a fake program keeps all it knows (`TART_HOME`, `VETU_HOME`). The program's calls and the tests
 * that look at them, all processes of their own, share it.
 */
export class VmHome {
  constructor(readonly path: string) {
    for (const folder of ["registry", "cache", "vms", "faults"]) {
      Deno.mkdirSync(join(path, folder), { recursive: true });
    }
  }

  /** Images that can be pulled. */
  registered(image: string): FakeImage | undefined {
    return readJson(this.#image("registry", image));
  }

  register(image: string, facts: FakeImage): void {
    writeJson(this.#image("registry", image), facts);
  }

  /** Images that were pulled. */
  cached(image: string): FakeImage | undefined {
    return readJson(this.#image("cache", image));
  }

  cache(image: string, facts: FakeImage): void {
    writeJson(this.#image("cache", image), facts);
  }

  cachedNames(): string[] {
    return [...Deno.readDirSync(join(this.path, "cache"))].flatMap(({ name }) =>
      name.endsWith(".json") ? [decodeURIComponent(name.slice(0, -".json".length))] : []
    );
  }

  vm(name: string): FakeVm | undefined {
    return readJson(this.vmFile(name, "config.json"));
  }

  saveVm(name: string, vm: FakeVm): void {
    Deno.mkdirSync(join(this.path, "vms", name), { recursive: true });
    writeJson(this.vmFile(name, "config.json"), vm);
  }

  removeVm(name: string): void {
    Deno.removeSync(join(this.path, "vms", name), { recursive: true });
  }

  vmNames(): string[] {
    return [...Deno.readDirSync(join(this.path, "vms"))].map(({ name }) => name).toSorted();
  }

  vmFile(name: string, file: string): string {
    return join(this.path, "vms", name, file);
  }

  /** The names of the VMs that run now. */
  running(): string[] {
    return this.vmNames().filter((name) => this.runner(name) !== undefined);
  }

  /** The process that holds a VM's `run`; undefined when it does not run. */
  runner(name: string): number | undefined {
    try {
      using file = Deno.openSync(this.vmFile(name, "run.lock"));
      return file.tryLockSync(false)
        ? undefined
        : Number(Deno.readTextFileSync(this.vmFile(name, "run.pid")));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  fault(subcommand: string): Fault | undefined {
    return readJson(this.#fault(subcommand));
  }

  setFault(subcommand: string, fault: Fault | undefined): void {
    if (fault === undefined) Deno.removeSync(this.#fault(subcommand));
    else writeJson(this.#fault(subcommand), fault);
  }

  journal(): JournalEntry[] {
    const text = readText(join(this.path, "journal")) ?? "";
    return text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  }

  record(entry: JournalEntry): void {
    Deno.writeTextFileSync(join(this.path, "journal"), `${JSON.stringify(entry)}\n`, { append: true });
  }

  #image(folder: string, image: string): string {
    return join(this.path, folder, `${encodeURIComponent(image)}.json`);
  }

  #fault(subcommand: string): string {
    return join(this.path, "faults", `${subcommand}.json`);
  }
}

function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function readJson<T>(path: string): T | undefined {
  const text = readText(path);
  return text === undefined ? undefined : JSON.parse(text);
}

/** As a whole, for a reader in another process. */
function writeJson(path: string, value: unknown): void {
  const unfinished = `${path}.${crypto.randomUUID()}`;
  Deno.writeTextFileSync(unfinished, JSON.stringify(value));
  Deno.renameSync(unfinished, path);
}
