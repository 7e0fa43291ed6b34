import type { YamlNode } from "../diagnostics/yaml_node.ts";
import type { ExampleOptions } from "./example_file.ts";
import type { OtherValue } from "./resolved_config.ts";
import type { Schema } from "./schema_parts.ts";

/** A kind of configuration file, for the commands that look after such files. */
export interface FileKind {
  /** The name of such a file where none is given. */
  readonly fileName: string;
  readonly schema: Schema;
  readonly example: ExampleOptions;
  /**
   * Reads a file and the files that it names. Rejects with a `ConfigError` that says everything that is wrong with them.
   */
  readonly check: (path: string, environment: ReadonlyMap<string, string>) => Promise<CheckedFile>;
}

/** A file that holds. */
export interface CheckedFile {
  readonly root: YamlNode;
  /** What is not in the file. */
  readonly others: readonly OtherValue[];
  /** What the person should know. */
  readonly notes: readonly string[];
}
