import { stringify } from "yaml";
import { type ConfigSchema, propertyOf } from "./config_schema.ts";

export interface ExampleOptions {
  /** What the file begins with, line by line. */
  readonly head: readonly string[];
  /** What is not commented out: values by key. */
  readonly set: Readonly<Record<string, unknown>>;
}

/** A commented file with an example of every key that a schema has. */
export function exampleFile(schema: ConfigSchema, { head, set }: ExampleOptions): string {
  const sections = Object.keys(schema.properties ?? {}).map((key) => section(schema, { key, set }));
  return [head.map((line) => `# ${line}`.trimEnd()).join("\n"), ...sections].join("\n\n") + "\n";
}

function section(
  schema: ConfigSchema,
  { key, set }: { readonly key: string; readonly set: ExampleOptions["set"] },
): string {
  const property = propertyOf(schema, key) ?? {};
  const comment = commentOf(property);
  if (Object.hasOwn(set, key)) return [...comment, ...written(key, set[key])].join("\n");
  return [...comment, ...linesOf(property, key).map((line) => `# ${line}`)].join("\n");
}

/** A key with its example: its own one, or those of its keys, each with what it is about. */
function linesOf(schema: ConfigSchema, key: string): string[] {
  const [example] = schema.examples ?? [];
  if (example !== undefined) return written(key, example);
  const keys = Object.keys(schema.properties ?? {});
  const below = keys.flatMap((name) => {
    const property = propertyOf(schema, name) ?? {};
    return [...commentOf(property), ...linesOf(property, name)];
  });
  return [`${key}:`, ...below.map((line) => `  ${line}`)];
}

function commentOf({ description, default: byDefault }: ConfigSchema): string[] {
  if (description === undefined) return [];
  return [`# ${description}${byDefault === undefined ? "" : `; ${String(byDefault)} when not given`}`];
}

function written(key: string, value: unknown): string[] {
  return stringify({ [key]: value }, { lineWidth: 0 }).trimEnd().split("\n");
}
