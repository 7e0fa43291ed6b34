/** The value of a variable, undefined when there is none of that name. */
export type Lookup = (name: string) => string | undefined;

/** `$NAME`, `${NAME}`, `${NAME:default}` and `%NAME%`; everything else is text. */
const REFERENCE =
  /\$(?<bare>[A-Za-z_]\w*)|\$\{(?<braced>[^{}:]+)(?::(?<fallback>[^}]*))?\}|%(?<percent>[A-Za-z_]\w*)%/g;

const MAX_PASSES = 10;

/** No shell takes an environment of this size (UTF-16 units); a few nested references can ask for any. */
const MAX_LENGTH = 32 * 1024 * 1024;

/**
 * Replaces every reference in a text once: by the variable's value, else by the default, else by nothing.
 * What a value refers to itself is not looked at. Throws a `RangeError` when the result would be absurdly long.
 */
export function expandText(text: string, lookup: Lookup): string {
  let expanded = "";
  let end = 0;
  for (const match of text.matchAll(REFERENCE)) {
    const value = lookup(nameOf(match)) ?? match.groups?.fallback ?? "";
    expanded += text.slice(end, match.index) + value;
    end = match.index + match[0].length;
    if (expanded.length > MAX_LENGTH) {
      throw new RangeError(`Expanding a text: it would grow beyond ${MAX_LENGTH} characters`);
    }
  }
  return expanded + text.slice(end);
}

function nameOf({ groups }: RegExpExecArray): string {
  return groups?.bare ?? groups?.braced ?? groups?.percent ?? "";
}

function refersTo(text: string, name: string): boolean {
  return text.matchAll(REFERENCE).some((match) => nameOf(match) === name);
}

/**
 * Expands the variables of a task by each other, again and again until nothing changes, 10 times at most. A
 * machine's own variable wins over the task's one of the same name. A value that would refer to itself is left
 * alone. Throws an `Error` that names the variable when values grow out of all bounds.
 */
export function expandVariables(
  variables: ReadonlyMap<string, string>,
  machine: Lookup,
): Map<string, string> {
  // By name, so that variables that refer to each other in a circle come out the same in whatever order they came.
  const expanded = new Map([...variables].sort(([a], [b]) => a < b ? -1 : 1));
  const lookup: Lookup = (name) => machine(name) ?? expanded.get(name);
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    let changed = false;
    let length = 0;
    for (const [name, before] of expanded) {
      const after = expandVariable(name, before, lookup);
      changed ||= after !== before;
      length += after.length;
      if (length > MAX_LENGTH) throw tooLong(name);
      expanded.set(name, after);
    }
    if (!changed) break;
  }
  return expanded;
}

function expandVariable(name: string, value: string, lookup: Lookup): string {
  if (!value.includes("$") && !value.includes("%")) return value;
  try {
    const expanded = expandText(value, lookup);
    return refersTo(expanded, name) ? value : expanded;
  } catch (error) {
    throw error instanceof RangeError ? tooLong(name) : error;
  }
}

function tooLong(name: string): Error {
  return new Error(
    `Expanding the task's variables: with ${name} they grow beyond ${MAX_LENGTH} characters; ` +
      "look for variables that repeat each other",
  );
}
