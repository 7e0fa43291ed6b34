/** What a variable's value names in HashiCorp Vault: `VAULT[path selector]` or `VAULT_NOCACHE[path selector a=b]`. */
export interface VaultReference {
  /** Of the secret, below `/v1/`. */
  readonly path: string;
  /** The keys that lead from the secret's data to the value, at least one. */
  readonly selector: readonly string[];
  /** Added to the request's query: what some secret engines want. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
  /** Whether what was read of the same secret before will do; not so for one-time codes. */
  readonly reusable: boolean;
}

const REFERENCE = /^(?<word>VAULT|VAULT_NOCACHE)\[(?<inside>.*)\]$/s;

/**
 * Reads a variable's value; undefined where it is no reference to Vault. The form is the one that Cirrus CI's
 * documentation gives under "HashiCorp Vault Support". Throws an `Error` that says what is wrong with a reference.
 */
export function parseVaultReference(value: string): VaultReference | undefined {
  const { word, inside } = REFERENCE.exec(value)?.groups ?? {};
  if (word === undefined || inside === undefined) return undefined;
  const [path, keys, ...parameters] = inside.split(" ");
  if (!path || keys === undefined) {
    throw new Error(`it must be written as ${word}[PATH SELECTOR], with one space between the two`);
  }
  const selector = keys.split(".");
  if (selector.includes("") || keys.includes("=")) {
    throw new Error(
      `the selector ${JSON.stringify(keys)} must be keys with dots between them, such as data.password`,
    );
  }
  return { path, selector, parameters: parameters.map(readParameter), reusable: word === "VAULT" };
}

function readParameter(text: string): readonly [string, string] {
  const [name, value, ...rest] = text.split("=");
  if (!name || !value || rest.length > 0) {
    throw new Error(`the parameter ${JSON.stringify(text)} must be written as NAME=VALUE`);
  }
  return [name, value];
}

/** The value that a selector finds in a secret's data; a map is given as JSON. Throws an `Error` when there is none. */
export function selectValue(data: unknown, selector: readonly string[]): string {
  let found = data;
  for (const [depth, key] of selector.entries()) {
    if (!isMap(found) || !Object.hasOwn(found, key)) {
      const where = depth === 0 ? "The secret's data" : JSON.stringify(selector.slice(0, depth).join("."));
      throw new Error(
        `${where} has no ${JSON.stringify(key)}${isMap(found) ? `, only ${keysOf(found)}` : ""}`,
      );
    }
    found = found[key];
  }
  if (typeof found === "string") return found;
  if (typeof found === "number" || typeof found === "boolean") return String(found);
  if (isMap(found)) return JSON.stringify(found);
  throw new Error(
    `${JSON.stringify(selector.join("."))} is ${Array.isArray(found) ? "a list" : "null"}, not a text`,
  );
}

/** The names of secrets are none themselves. */
function keysOf(data: Readonly<Record<string, unknown>>): string {
  return Object.keys(data).map((key) => JSON.stringify(key)).join(", ") || "nothing";
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
