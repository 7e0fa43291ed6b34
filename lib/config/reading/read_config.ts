import type { z } from "zod";
import { errorMessage } from "../../diagnostics/error_message.ts";
import { readStrictYaml } from "../../diagnostics/strict_yaml.ts";
import type { YamlNode } from "../../diagnostics/yaml_node.ts";
import { checkValue, type Problem } from "./check_value.ts";
import { ConfigError } from "../config_error.ts";
import { SecretHider } from "../secret_hider.ts";

/** What a kind of configuration file may say. */
export interface ConfigKind<Value> {
  readonly schema: z.ZodType<Value>;
  /** What is wrong beyond the schema: what keys mean together. */
  readonly rules: ReadonlyArray<(root: YamlNode) => readonly Problem[]>;
}

/** A configuration file that holds. */
export interface ReadConfig<Value> {
  /** As the person named it. */
  readonly path: string;
  readonly value: Value;
  readonly root: YamlNode;
  /** An error about this file, with the source lines of the problems. */
  error(problems: readonly Problem[]): ConfigError;
}

/** Reads a configuration file. Rejects with a `ConfigError` that says everything that is wrong with it. */
export async function readConfig<Value>(path: string, kind: ConfigKind<Value>): Promise<ReadConfig<Value>> {
  let source: string;
  try {
    source = await Deno.readTextFile(path);
  } catch (error) {
    const message = `Cannot read the configuration file: ${errorMessage(error)}`;
    throw new ConfigError([{ severity: "error", message, path }], { source: "" });
  }
  return parseConfig(source, { path, kind });
}

/** The same for the text of a file. */
export function parseConfig<Value>(
  source: string,
  { path, kind }: { readonly path: string; readonly kind: ConfigKind<Value> },
): ReadConfig<Value> {
  const { root = EMPTY, diagnostics } = readStrictYaml(source, { path });
  const hider = new SecretHider(source, root);
  const errorOf = (problems: readonly Problem[]) =>
    new ConfigError(
      problems.map(({ message, position }) => ({
        severity: "error",
        path,
        message: hider.mask(message),
        ...position && { position },
      })),
      { source: hider.source },
    );
  const checked = checkValue(root, kind.schema);
  const problems = oneInEachPlace([
    ...diagnostics,
    ...kind.rules.flatMap((rule) => rule(root)),
    ...checked.kind === "bad" ? checked.problems : [],
  ]);
  if (checked.kind === "bad" || problems.length > 0) throw errorOf(problems);
  return { path, value: checked.value, root, error: errorOf };
}

/** In the order of the file. What is wrong in one place is told once, by the first who finds it. */
function oneInEachPlace(problems: readonly Problem[]): Problem[] {
  const places = new Map<string, Problem>();
  for (const problem of problems) {
    const { line = 0, column = 0 } = problem.position ?? {};
    const place = `${line}:${column}`;
    if (!places.has(place)) places.set(place, problem);
  }
  return [...places.values()].toSorted((a, b) => {
    const [from, to] = [a.position ?? START, b.position ?? START];
    return from.line - to.line || from.column - to.column;
  });
}

const START = { line: 1, column: 1 };
const EMPTY: YamlNode = { kind: "map", name: "", at: START, valueAt: START, children: [] };
