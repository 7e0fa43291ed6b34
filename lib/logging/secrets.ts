const MASK = "HIDDEN";

/** Shorter values are not masked: they would blot out ordinary words. */
const SHORTEST = 4;

/**
 * The program's own secrets, masked in every line of a log: the last defence, for texts that are not ours, such
 * as the errors of a library that quote what they were given.
 */
export class Secrets {
  #values: readonly string[] = [];

  /** Masks a value from now on. */
  add(secret: string): void {
    if (secret.length < SHORTEST || this.#values.includes(secret)) return;
    // The longest first: a secret that contains another one is masked whole.
    this.#values = [...this.#values, secret].sort((a, b) => b.length - a.length);
  }

  /** The text with each secret in it replaced. */
  mask(text: string): string {
    return this.#values.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
  }
}
