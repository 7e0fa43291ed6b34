import type { Resources } from "../resources.ts";
import type { ConfiguredModifier } from "./modifier_options.ts";

/** A modifier that a task holds. Disposing it, more than once too, gives it back. */
export interface HeldModifier extends Disposable {
  /** Arguments to add to `vetu run`. */
  readonly runArguments: readonly string[];
}

/** A worker's resource modifiers, such as devices to pass to a machine: each is held by one task at a time. */
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
      runArguments: modifier.append.run ?? [],
      [Symbol.dispose]: () => {
        // Another task may have it by now.
        if (held) this.#held.delete(modifier);
        held = false;
      },
    };
  }
}

/** Whether a task asks for each resource, and for no more of it than the modifier has. */
function matches({ match }: ConfiguredModifier, resources: Resources): boolean {
  return Object.entries(match).every(([name, most]) => {
    const amount = Object.hasOwn(resources, name) ? resources[name] : undefined;
    return amount !== undefined && amount <= most;
  });
}
