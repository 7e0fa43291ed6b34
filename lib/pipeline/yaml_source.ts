import { withoutByteOrderMark } from "../diagnostics/byte_order_mark.ts";
import type { Position } from "../diagnostics/diagnostic.ts";
import { limits } from "./limits.ts";
import { Problem, type Problems } from "./problem.ts";
import { readDocument } from "./yaml/document_reader.ts";
import type { YamlNode } from "./yaml/yaml_node.ts";
import { YamlSyntaxError } from "./yaml/yaml_syntax_error.ts";

/** The first YAML document of a file, aliases and merge keys still in place. */
export interface YamlSource {
  /** Undefined when there is no document, or an empty one. */
  readonly root: YamlNode | undefined;
  /** Where a node that starts at `offset` stands. */
  positionAt(offset: number): Position;
}

/**
 * Reads the first YAML document of `file`; any others are not looked at. Of several places where the text is not
 * YAML all but the last are reported.
 *
 * @throws {Problem} where the text is not YAML, or is larger or deeper than `limits` allow.
 */
export function readYaml(file: string, problems: Problems): YamlSource {
  const source = withoutByteOrderMark(file);
  if (source.length > limits.sourceLength) {
    throw new Problem(
      `Reading the file: it is longer than ${limits.sourceLength} characters; split it or generate less`,
      { line: 1, column: 1 },
    );
  }
  const positionAt = lineTable(source);
  refuseControlCharacters(source, positionAt);
  const read = tryToRead(source, 0);
  if (!(read instanceof YamlSyntaxError)) return { root: read, positionAt };
  const errors = [read, ...errorsBelow(source, read)].map((error) => toProblem(error, positionAt));
  const last = errors.pop();
  for (const error of errors) problems.error(error);
  throw last;
}

function tryToRead(source: string, offset: number): YamlNode | undefined | YamlSyntaxError {
  try {
    return readDocument(source, offset);
  } catch (error) {
    if (error instanceof YamlSyntaxError) return error;
    throw error;
  }
}

/** The line of a key of the root, where reading may begin anew. */
const ROOT_KEY = /^[\w.][^\n:]*:(?=\s)/gm;

/** What is wrong with the parts of a file below an error: what stands under the next key of the root, and so on. */
function errorsBelow(source: string, first: YamlSyntaxError): YamlSyntaxError[] {
  const errors: YamlSyntaxError[] = [];
  const rootKey = new RegExp(ROOT_KEY);
  let last = first;
  while (errors.length < limits.syntaxErrors) {
    rootKey.lastIndex = last.offset + 1;
    const next = rootKey.exec(source);
    const read = next && tryToRead(source, next.index);
    if (!(read instanceof YamlSyntaxError)) break;
    errors.push(read);
    last = read;
  }
  return errors;
}

function toProblem({ message, offset }: YamlSyntaxError, positionAt: YamlSource["positionAt"]): Problem {
  return new Problem(`Reading YAML: ${message}`, positionAt(offset));
}

/** Places by offsets. */
function lineTable(source: string): YamlSource["positionAt"] {
  const starts = [0];
  for (let at = source.indexOf("\n"); at >= 0; at = source.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let [line, end] = [0, starts.length];
    while (end - line > 1) {
      const middle = (line + end) >> 1;
      if ((starts[middle] ?? 0) <= offset) line = middle;
      else end = middle;
    }
    return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
  };
}

/** The reference refuses what it takes for binary data, even in comments. */
function refuseControlCharacters(source: string, positionAt: YamlSource["positionAt"]): void {
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  const at = source.search(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/);
  if (at < 0) return;
  const code = source.charCodeAt(at).toString(16).padStart(4, "0");
  throw new Problem(
    `Reading YAML: there is a control character (U+${code.toUpperCase()}); in a quoted text write it as "\\u${code}"`,
    positionAt(at),
  );
}
