import { errorMessage } from "../../diagnostics/error_message.ts";
import type { YamlNode } from "../../diagnostics/yaml_node.ts";
import type { Problem } from "./check_value.ts";
import { readTokenFile, UnfitTokenFile } from "../token_file.ts";

/** Reads the files that a configuration names, and keeps what is wrong with them. */
export class NamedFiles {
  readonly problems: Problem[] = [];

  /** The token in the file that a key names, if the key is there and the file can be used. */
  async token(key: YamlNode | undefined): Promise<string | undefined> {
    if (key?.kind !== "scalar") return undefined;
    try {
      return await readTokenFile(key.text);
    } catch (error) {
      const why = errorMessage(error);
      this.#add(error instanceof UnfitTokenFile ? why : `Cannot read the token: ${why}`, key);
      return undefined;
    }
  }

  /** Whether the file that a key names can be read. */
  async check(key: YamlNode | undefined): Promise<void> {
    if (key?.kind !== "scalar") return;
    try {
      await Deno.readTextFile(key.text);
    } catch (error) {
      this.#add(`Cannot read the file of "${key.name}": ${errorMessage(error)}`, key);
    }
  }

  #add(message: string, { valueAt }: YamlNode): void {
    this.problems.push({ message, position: valueAt });
  }
}
