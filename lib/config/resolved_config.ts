import { stringify } from "yaml";
import type { YamlNode, YamlScalar } from "../diagnostics/yaml_node.ts";
import { valueOf } from "./reading/exclusive_keys.ts";
import { type ConfigSchema, propertyOf } from "./config_schema.ts";
import { isSecretKey } from "./secret_hider.ts";

/** A value that no file gives, for a person to see. */
export interface OtherValue {
  readonly key: string;
  readonly text: string;
  /** Where it comes from. */
  readonly origin: string;
}

export interface ResolvedOptions {
  /** The file as the person named it. */
  readonly path: string;
  readonly schema: ConfigSchema;
  /** What is not in the file, above defaults. */
  readonly others: readonly OtherValue[];
}

/** A line of YAML and where its value comes from. */
interface Line {
  readonly text: string;
  readonly origin: string;
}

/** Writes a configuration as YAML in which each value has a comment that says where it comes from; secrets are hidden. */
export function resolvedConfig(root: YamlNode, options: ResolvedOptions): string {
  const { path, schema, others } = options;
  const lines = [
    ...linesOfMap(root, { path, schema }),
    ...others.map(({ key, text, origin }) => ({ text: `${key}: ${quoted(text)}`, origin })),
  ];
  const width = Math.min(50, Math.max(0, ...lines.map(({ text }) => text.length)));
  return lines.map(({ text, origin }) => origin === "" ? `${text}\n` : `${text.padEnd(width)}  # ${origin}\n`)
    .join("");
}

interface Place {
  readonly path: string;
  /** Undefined where it says nothing of what is below. */
  readonly schema: ConfigSchema | undefined;
  /** Whether everything here is a secret. */
  readonly secret?: boolean;
}

/** What a map says, then the defaults of what it does not say. */
function linesOfMap(node: YamlNode | undefined, { path, schema, secret = false }: Place): Line[] {
  const children = node?.kind === "map" ? node.children : [];
  const said = children.filter(({ name }) => valueOf(node, name)).flatMap((child) =>
    linesOfKey(child, {
      path,
      schema: schema && propertyOf(schema, child.name),
      secret: secret || isSecretKey(child.name),
    })
  );
  const unsaid = Object.keys(schema?.properties ?? {}).filter((key) => !valueOf(node, key));
  return [...said, ...unsaid.flatMap((key) => linesOfDefault(key, schema && propertyOf(schema, key)))];
}

function linesOfKey(node: YamlNode, place: Place): Line[] {
  const { line, column } = node.valueAt;
  const origin = `${place.path}:${line}:${column}`;
  if (node.kind === "scalar") return [{ text: `${quoted(node.name)}: ${scalar(node, place)}`, origin }];
  const below = node.kind === "map"
    ? linesOfMap(node, place)
    : node.children.flatMap((item) => linesOfItem(item, place));
  if (below.length === 0) {
    return [{ text: `${quoted(node.name)}: ${node.kind === "map" ? "{}" : "[]"}`, origin }];
  }
  return [{ text: `${quoted(node.name)}:`, origin: "" }, ...below.map(indented)];
}

function linesOfItem(item: YamlNode, place: Place): Line[] {
  const { line, column } = item.at;
  const origin = `${place.path}:${line}:${column}`;
  if (item.kind === "scalar") return [{ text: `- ${scalar(item, place)}`, origin }];
  const [first, ...rest] = item.kind === "map"
    ? linesOfMap(item, { ...place, schema: undefined })
    : item.children.flatMap((child) => linesOfItem(child, place));
  if (!first) return [{ text: item.kind === "map" ? "- {}" : "- []", origin }];
  return [{ ...first, text: `- ${first.text}` }, ...rest.map(indented)];
}

function linesOfDefault(key: string, schema: ConfigSchema | undefined): Line[] {
  if (schema?.default !== undefined) {
    return [{ text: `${key}: ${quoted(String(schema.default))}`, origin: "default" }];
  }
  const below = linesOfMap(undefined, { path: "", schema });
  return below.length === 0 ? [] : [{ text: `${key}:`, origin: "" }, ...below.map(indented)];
}

function indented({ text, origin }: Line): Line {
  return { text: `  ${text}`, origin };
}

function scalar({ text, plain, value }: YamlScalar, { secret }: Place): string {
  if (secret) return "HIDDEN";
  // What is no text to YAML keeps its looks: 26.10 and yes.
  return plain && typeof value !== "string" ? text : quoted(text);
}

/** A text in one line of YAML. */
function quoted(text: string): string {
  return text.includes("\n") ? JSON.stringify(text) : stringify(text, { lineWidth: 0 }).trimEnd();
}
