import { nearest } from "../diagnostics/nearest.ts";
import type { YamlNode } from "../diagnostics/yaml_node.ts";

const MASK = "HIDDEN";

/** Whether a key, also a misspelt one, has a secret below it. A file's name is none. */
export function isSecretKey(name: string): boolean {
  if (/file/i.test(name)) return false;
  return SECRET_NAME.test(name) || nearest(name, ["token", "password"]) !== undefined;
}

const SECRET_NAME = /tok|passw|secr/i;

/** Such a key, as far as it can be told where the file is no YAML. Bounded, so that no line takes long to look at. */
const SECRET_KEY = /(?:tok|passw|secr)(?![\w-]{0,40}file)[\w-]{0,40}["']?\s{0,20}:\s*/i;

/** Shorter values are not hidden wherever they are: they would blot out ordinary words. */
const SHORTEST = 4;

/** Hides the secrets of a file in its text, and in what is said of it. */
export class SecretHider {
  readonly #lines: readonly string[];
  /** The longest first: a secret that contains another one is hidden whole. */
  readonly #secrets: readonly string[];

  /** `root` is what was made of the file, if anything. */
  constructor(source: string, root: YamlNode | undefined) {
    this.#lines = source.split("\n");
    const found = new Set(this.#lines.flatMap((line) => partsOf(line.slice(secretAt(line)))));
    if (root) collect(root, { secret: false, found });
    this.#secrets = [...found].filter(({ length }) => length >= SHORTEST)
      .toSorted((a, b) => b.length - a.length);
  }

  /** The file, its lines where they were. */
  get source(): string {
    const cut = this.#lines.map((line) => {
      const at = secretAt(line);
      return at < line.length ? `${line.slice(0, at)}${MASK}` : line;
    });
    return this.mask(cut.join("\n"));
  }

  /** Any text with the secrets hidden. */
  mask(text: string): string {
    return this.#secrets.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
  }
}

/** A line of a secret, and its words as YAML may name them: without quotes and what makes a tag or an alias of them. */
function partsOf(line: string): string[] {
  const words = line.split(/\s+/).map((word) => word.replace(/^[!&*|>"']+|["',}\]]+$/g, ""));
  return [line.trim(), ...words];
}

/** Where the value of the first such key begins; at the end of a line without one. */
function secretAt(line: string): number {
  const key = SECRET_KEY.exec(line);
  return key ? key.index + key[0].length : line.length;
}

function collect(node: YamlNode, { secret, found }: { secret: boolean; found: Set<string> }): void {
  const isSecret = secret || isSecretKey(node.name);
  if (node.kind !== "scalar") {
    for (const child of node.children) collect(child, { secret: isSecret, found });
  } else if (isSecret) {
    // A text of several lines is indented in the file.
    for (const line of node.text.split("\n")) for (const part of partsOf(line)) found.add(part);
  }
}
