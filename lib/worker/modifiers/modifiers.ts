import type { TakenArguments } from "../../isolation/vm/vm_options.ts";
import type { Resources } from "../resources.ts";
import type { ConfiguredModifier } from "./modifier_options.ts";

/** A modifier that a machine holds. Disposing it, more than once too, gives it back. */
export interface HeldModifier extends TakenArguments {
  readonly modifier: ConfiguredModifier;
}

/** A worker's resource modifiers, such as devices to pass to a machine: each is held by one machine at a time. */
export class Modifiers {
  readonly #modifiers: readonly ConfiguredModifier[];
  readonly #held = new Set<ConfiguredModifier>();

  /** In the order in which they are tried. */
  constructor(modifiers: readonly ConfiguredModifier[] = []) {
    this.#modifiers = modifiers;
  }

  /** Takes the first free one that matches what a task asks for; undefined where there is none. */
  take(resources: Resources): HeldModifier | undefined {
    const modifier = this.#modifiers.find((modifier) =>
      !this.#held.has(modifier) && matches(modifier, resources)
    );
    if (!modifier) return undefined;
    this.#held.add(modifier);
    let held = true;
    return {
      modifier,
      runArguments: modifier.append.run ?? [],
      [Symbol.dispose]: () => {
        // Another task may have it by now.
        if (held) this.#held.delete(modifier);
        held = false;
      },
    };
  }

  /** Whether a machine with what is held fits a task that asks for these resources: without one, if none matches. */
  suits(held: HeldModifier | undefined, resources: Resources): boolean {
    if (held) return matches(held.modifier, resources);
    return !this.#modifiers.some((modifier) => matches(modifier, resources));
  }
}

/** Whether a task asks for each resource, and for no more of it than the modifier has. */
function matches({ match }: ConfiguredModifier, resources: Resources): boolean {
  return Object.entries(match).every(([name, most]) => {
    const amount = Object.hasOwn(resources, name) ? resources[name] : undefined;
    return amount !== undefined && amount <= most;
  });
}
