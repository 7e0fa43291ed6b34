import type { YamlNode } from "./yaml/yaml_node.ts";

/** Whether the key is YAML's merge key: `<<`, not quoted. */
export function isMergeKey(key: YamlNode): boolean {
  return key.kind === "scalar" && key.isPlain && key.text === "<<" && key.tag === undefined;
}

/**
 * The text of a map's key, or undefined when YAML takes the key for something other than a string: a boolean,
 * null, a number, a date, a list, a map, an alias, or a value with a tag of its own.
 */
export function keyText(key: YamlNode): string | undefined {
  if (key.kind !== "scalar") return undefined;
  if (key.tag === STRING_TAG) return key.text;
  if (key.tag !== undefined) return undefined;
  return key.isPlain && isTyped(key.text) ? undefined : key.text;
}

const STRING_TAG = "tag:yaml.org,2002:str";

const WORDS = new Set(
  ["", "~", "null Null NULL", "true True TRUE", "false False FALSE", ".nan .NaN .NAN"]
    .concat(".inf .Inf .INF +.inf +.Inf +.INF -.inf -.Inf -.INF")
    .flatMap((words) => words.split(" ")),
);

const INTEGER = /^[-+]?(0b[01]+|0o?[0-7]+|0x[0-9a-f]+|0|[1-9][0-9]*)$/i;
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)(e[-+]?[0-9]+)?$/i;
const TIMESTAMP =
  /^(?<year>\d{4})-(?<month>\d{1,2})-(?<day>\d{1,2})(?:(?:[Tt]\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d*)?(?:Z|[-+]\d\d:\d\d))|(?: \d{1,2}:\d{1,2}:\d{1,2}(?:\.\d*)?))?$/;

/** Whether a plain scalar is a boolean, null, number or date to YAML 1.2 as Go's yaml.v3 reads it. */
function isTyped(text: string): boolean {
  if (WORDS.has(text)) return true;
  if (!/^[-+.0-9]/.test(text)) return false;
  // Between the digits of a number, but not behind a leading point.
  const digits = text.startsWith(".") ? text : text.replaceAll("_", "");
  return INTEGER.test(digits) || isFloat(digits) || isDate(text);
}

/** A number that is too large for a `double` is a text. */
function isFloat(text: string): boolean {
  return FLOAT.test(text) && Number.isFinite(Number(text));
}

function isDate(text: string): boolean {
  const { year, month, day } = TIMESTAMP.exec(text)?.groups ?? {};
  if (year === undefined) return false;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() + 1 === Number(month) && date.getUTCDate() === Number(day);
}
