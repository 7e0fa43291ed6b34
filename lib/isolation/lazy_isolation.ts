import type { Machine } from "../machine/machine.ts";
import type { Isolation, PrepareRequest } from "./isolation.ts";

/** An isolation whose code is loaded when a task needs it: most workers use one kind only. */
export class LazyIsolation implements Isolation {
  readonly #load: () => Promise<Isolation>;

  constructor(load: () => Promise<Isolation>) {
    this.#load = load;
  }

  async prepare(request: PrepareRequest): Promise<Machine> {
    const isolation = await this.#load();
    return await isolation.prepare(request);
  }
}
