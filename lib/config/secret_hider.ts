import { nearest } from "../diagnostics/nearest.ts";
import type { YamlNode } from "../diagnostics/yaml_node.ts";
import { Secrets } from "../logging/secrets.ts";

/** Whether a key, also a misspelt one, has a secret below it. A file's name is none. */
export function isSecretKey(name: string): boolean {
  if (/file/i.test(name)) return false;
  return SECRET_NAME.test(name) || nearest(name, ["token", "password"]) !== undefined;
}

const SECRET_NAME = /tok|passw|secr/i;

/** A line in which such a key stands, as far as that can be told where the file is no YAML. */
const SECRET_LINE = /^(.*?(?:tok|passw|secr)(?![^:]*file)[^:\n]*:\s*)(\S.*)$/gim;

/** Hides the secrets of a file in its text, and in what is said of it. */
export class SecretHider {
  readonly #source: string;
  readonly #secrets = new Secrets();

  /** `root` is what was made of the file, if anything. */
  constructor(source: string, root: YamlNode | undefined) {
    this.#source = source;
    for (const [, , value = ""] of source.matchAll(SECRET_LINE)) this.#secrets.add(value.trim());
    if (root) collect(root, { secret: false, secrets: this.#secrets });
  }

  /** The file, its lines where they were. */
  get source(): string {
    return this.mask(this.#source).replace(SECRET_LINE, "$1HIDDEN");
  }

  /** Any text with the secrets hidden. */
  mask(text: string): string {
    return this.#secrets.mask(text);
  }
}

function collect(node: YamlNode, { secret, secrets }: { secret: boolean; secrets: Secrets }): void {
  const isSecret = secret || isSecretKey(node.name);
  if (node.kind !== "scalar") {
    for (const child of node.children) collect(child, { secret: isSecret, secrets });
  } else if (isSecret) {
    // A text of several lines is indented in the file.
    for (const line of node.text.split("\n")) secrets.add(line.trim());
  }
}
