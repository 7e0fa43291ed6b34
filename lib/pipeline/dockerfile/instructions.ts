import { withoutByteOrderMark } from "../../diagnostics/byte_order_mark.ts";

/** One instruction of a Dockerfile. */
export interface Instruction {
  /** In capitals. */
  readonly name: string;
  /** `--name=value` before the arguments; a flag without a value has an empty one. */
  readonly flags: readonly (readonly [name: string, value: string])[];
  /** What follows the flags, on one line. */
  readonly rest: string;
}

/** A Dockerfile and the character by which it escapes. */
export interface Dockerfile {
  readonly escape: string;
  readonly instructions: readonly Instruction[];
}

/** What is wrong with a Dockerfile. */
export class DockerfileError extends Error {
  override readonly name = "DockerfileError";
}

const NAMES = new Set(
  ("ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER " +
    "VOLUME WORKDIR").split(" "),
);
const WITH_HEREDOCS = new Set(["ADD", "COPY", "RUN"]);
const WITHOUT_ARGUMENTS = new Set(["CMD", "ENTRYPOINT", "RUN"]);

/** The flags of instructions. */
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  ADD: ["keep-git-dir", "checksum", "chown", "chmod", "link", "unpack", "exclude"],
  COPY: ["from", "chown", "chmod", "link", "parents", "exclude"],
  FROM: ["platform"],
  HEALTHCHECK: ["interval", "timeout", "start-period", "start-interval", "retries"],
  RUN: ["mount", "network", "security", "device"],
};
const WITHOUT_VALUE = new Set(["keep-git-dir", "link", "parents", "unpack"]);

const DIRECTIVE = /^#\s*([a-z][a-z0-9]*)\s*=\s*(.+?)\s*$/i;

/**
 * Splits a Dockerfile into its instructions: continued lines joined, comments and the contents of here-documents
 * left out.
 *
 * @throws {DockerfileError} on an instruction that there is not, or a here-document without an end.
 */
export function parseInstructions(text: string): Dockerfile {
  const lines = withoutByteOrderMark(text).split(/\r?\n/);
  const escape = escapeOf(lines);
  const continued = escape === "`" ? /`[ \t]*$/ : /\\[ \t]*$/;
  const instructions: Instruction[] = [];
  for (let next = 0; next < lines.length;) {
    let logical = "";
    for (let open = true; open && next < lines.length; next++) {
      const line = lines[next] ?? "";
      if (/^\s*(#|$)/.test(line)) {
        open = logical !== "";
        continue;
      }
      open = continued.test(line);
      logical += line.replace(continued, "");
    }
    if (logical.trim() === "") continue;
    const instruction = parseInstruction(logical.trim());
    instructions.push(instruction);
    if (!WITH_HEREDOCS.has(instruction.name)) continue;
    for (const heredoc of heredocsOf(instruction.rest)) next = skipHeredoc(lines, { from: next, ...heredoc });
  }
  return { escape, instructions };
}

/** Directives are comments before anything else. */
function escapeOf(lines: readonly string[]): string {
  for (const line of lines) {
    const [, name = "", value] = DIRECTIVE.exec(line) ?? [];
    if (value === undefined) break;
    if (name.toLowerCase() !== "escape") continue;
    if (value === "\\" || value === "`") return value;
    throw new DockerfileError(`it cannot be escaped by "${value}"`);
  }
  return "\\";
}

function parseInstruction(line: string): Instruction {
  const [, word = "", following = ""] = /^(\S+)\s*([^]*)$/.exec(line) ?? [];
  const name = word.toUpperCase();
  if (!NAMES.has(name)) throw new DockerfileError(`there is no instruction "${word}"`);
  const flags: [string, string][] = [];
  let rest = following;
  for (;;) {
    const [whole, flag, value = ""] = /^--([^\s=]+)(?:=(\S*))?(?:\s+|$)/.exec(rest) ?? [];
    if (whole === undefined || flag === undefined) break;
    if (!FLAGS[name]?.includes(flag)) throw new DockerfileError(`"${name}" has no flag "--${flag}"`);
    if (value === "" && !WITHOUT_VALUE.has(flag)) throw new DockerfileError(`"--${flag}" has no value`);
    flags.push([flag, value]);
    rest = rest.slice(whole.length);
  }
  if (rest.trim() === "" && !WITHOUT_ARGUMENTS.has(name)) {
    throw new DockerfileError(`"${name}" needs an argument`);
  }
  return { name, flags, rest: rest.trim() };
}

interface Heredoc {
  readonly end: string;
  /** Whether tabs before a line are not part of it. */
  readonly indented: boolean;
}

/** The word that begins a here-document, such as `<<-"END"`. */
export const HEREDOC = /^\d*<<(-?)(["']?)([A-Za-z_][A-Za-z0-9_.-]*)\2$/;

function heredocsOf(rest: string): Heredoc[] {
  return rest.split(/\s+/).flatMap((word) => {
    const [, dash, , end] = HEREDOC.exec(word) ?? [];
    return end === undefined ? [] : [{ end, indented: dash === "-" }];
  });
}

function skipHeredoc(lines: readonly string[], { from, end, indented }: Heredoc & { from: number }): number {
  for (let next = from; next < lines.length; next++) {
    const line = lines[next] ?? "";
    if ((indented ? line.replace(/^\t+/, "") : line) === end) return next + 1;
  }
  throw new DockerfileError(`a here-document has no line "${end}" at its end`);
}
