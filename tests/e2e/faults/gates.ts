import { join } from "node:path";
import { eventually } from "../../helpers/eventually.ts";

/** Files by which the scripts of tasks and a test wait for each other. */
export class Gates {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** A line of a script that says it was reached. */
  reach(name: string): string {
    return `echo "$CIRRUS_TASK_ID" >> '${this.#path(name)}'`;
  }

  /** A line of a script that waits until the test opens the gate. */
  await(name: string): string {
    return `while [ ! -e '${this.#path(name)}' ]; do sleep 0.02; done`;
  }

  async open(name: string): Promise<void> {
    await Deno.writeTextFile(this.#path(name), "");
  }

  /** Resolves once scripts have reached a place that many times. */
  async reached(name: string, times = 1): Promise<void> {
    await eventually(async () => await this.count(name) >= times);
  }

  /** How often scripts have reached a place so far. */
  async count(name: string): Promise<number> {
    const text = await Deno.readTextFile(this.#path(name)).catch(() => "");
    return text.split("\n").length - 1;
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }
}
