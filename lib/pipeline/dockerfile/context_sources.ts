import { posix } from "node:path";
import { sortedByBytes } from "../byte_order.ts";
import {
  type Dockerfile,
  DockerfileError,
  HEREDOC,
  type Instruction,
  parseInstructions,
} from "./instructions.ts";
import { isImageReference } from "./image_reference.ts";
import { parseMount } from "./mount.ts";
import { expandWord, splitOutsideQuotes } from "./word.ts";

/**
 * The paths of the build context that an image depends on: what COPY, ADD and mounts take from it in the stages
 * that the last stage needs; relative, without duplicates, sorted. When the whole context is among them, there is no
 * telling and the answer is none.
 *
 * @throws {DockerfileError} when the Dockerfile cannot be understood.
 */
export function contextSources(
  text: string,
  { buildArguments, architecture }: { buildArguments: ReadonlyMap<string, string>; architecture: string },
): string[] {
  const stages = new StageReader(parseInstructions(text), buildArguments, architecture).read();
  const sources = new Set<string>();
  for (const stage of neededStages(stages)) {
    for (const source of stage.sources) sources.add(source);
  }
  if (sources.has("")) return [];
  return sortedByBytes(sources);
}

/** The last stage, and all that it needs. */
function neededStages(stages: readonly Stage[]): ReadonlySet<Stage> {
  refuseCircles(stages);
  const needed = new Set(stages.slice(-1));
  for (const { needs } of needed) {
    for (const index of needs) {
      const stage = stages[index];
      if (stage) needed.add(stage);
    }
  }
  return needed;
}

function refuseCircles(stages: readonly Stage[]): void {
  const done = new Set<Stage>();
  const open = new Set<Stage>();
  const visit = (stage: Stage) => {
    if (done.has(stage)) return;
    if (open.has(stage)) throw new DockerfileError(`the stage "${stage.name}" needs itself`);
    open.add(stage);
    for (const index of stage.needs) {
      const needed = stages[index];
      if (!needed) throw new DockerfileError(`there is no stage ${index}`);
      visit(needed);
    }
    open.delete(stage);
    done.add(stage);
  };
  for (const stage of stages) visit(stage);
}

interface Stage {
  readonly name: string;
  /** Indices of other stages. */
  readonly needs: Set<number>;
  readonly sources: Set<string>;
  /** Variables of ENV, which stages built on this one have as well. */
  readonly environment: Map<string, string>;
  /** Variables of ARG. */
  readonly arguments: Map<string, string>;
}

const STAGE_NAME = /^[a-z][a-z0-9._-]*$/;
const URL = /^https?:\/\//i;
const GIT = /^(git|ssh):\/\/|^[\w.-]+@[\w.-]+:/i;

class StageReader {
  readonly #dockerfile: Dockerfile;
  readonly #buildArguments: ReadonlyMap<string, string>;
  readonly #globals: Map<string, string>;
  readonly #stages: Stage[] = [];

  constructor(dockerfile: Dockerfile, buildArguments: ReadonlyMap<string, string>, architecture: string) {
    this.#dockerfile = dockerfile;
    this.#buildArguments = buildArguments;
    this.#globals = new Map(
      ["BUILD", "TARGET"].flatMap((kind) => [
        [`${kind}PLATFORM`, `linux/${architecture}`],
        [`${kind}OS`, "linux"],
        [`${kind}ARCH`, architecture],
        [`${kind}VARIANT`, ""],
      ]),
    );
  }

  read(): readonly Stage[] {
    for (const instruction of this.#dockerfile.instructions) {
      if (instruction.name === "FROM") this.#from(instruction);
      else this.#one(instruction, this.#stages.at(-1));
    }
    if (this.#stages.length === 0) throw new DockerfileError('it has no "FROM"');
    return this.#stages;
  }

  #from({ rest }: Instruction): void {
    const [base = "", as, name = "", ...more] = rest.split(/\s+/);
    if (
      more.length > 0 ||
      (as !== undefined && (as.toLowerCase() !== "as" || !STAGE_NAME.test(name.toLowerCase())))
    ) {
      throw new DockerfileError(`"FROM ${rest}" is not understood`);
    }
    const image = this.#expand(base, this.#globals);
    const parent = image === image.toLowerCase() ? this.#findStage(image) : undefined;
    if (parent === undefined && !isImageReference(image)) throw new DockerfileError(`"${image}" is no image`);
    this.#stages.push({
      name: name.toLowerCase(),
      needs: new Set(parent === undefined ? [] : [parent]),
      sources: new Set(),
      environment: new Map(parent === undefined ? [] : this.#stages[parent]?.environment),
      arguments: new Map(),
    });
  }

  #one(instruction: Instruction, stage: Stage | undefined): void {
    if (!stage) {
      if (instruction.name !== "ARG") throw new DockerfileError(`"${instruction.name}" stands before "FROM"`);
      this.#declare(instruction, this.#globals, this.#globals);
      return;
    }
    const variables = new Map([...stage.arguments, ...stage.environment]);
    switch (instruction.name) {
      case "ARG":
        return this.#declare(instruction, stage.arguments, variables);
      case "ENV":
        return this.#set(instruction, stage.environment, variables);
      case "COPY":
      case "ADD":
        return this.#copy(instruction, stage, variables);
      case "RUN":
        return this.#mounts(instruction, stage, variables);
    }
  }

  #declare(
    { rest }: Instruction,
    declared: Map<string, string>,
    variables: ReadonlyMap<string, string>,
  ): void {
    for (const word of splitOutsideQuotes(rest, this.#dockerfile.escape)) {
      const [name, value] = cut(word, "=");
      const given = this.#buildArguments.get(name) ??
        (value === undefined
          ? this.#globals.get(name)
          : this.#expand(value, new Map([...variables, ...declared])));
      if (given !== undefined) declared.set(name, given);
    }
  }

  #set(
    { rest }: Instruction,
    environment: Map<string, string>,
    variables: ReadonlyMap<string, string>,
  ): void {
    const words = splitOutsideQuotes(rest, this.#dockerfile.escape);
    const [first = ""] = words;
    if (!first.includes("=")) {
      if (words.length < 2) throw new DockerfileError(`"ENV ${rest}" has no value`);
      environment.set(first, this.#expand(rest.slice(first.length).trim(), variables));
      return;
    }
    for (const word of words) {
      const [name, value] = cut(word, "=");
      if (name === "" || value === undefined) {
        throw new DockerfileError(`"${word}" of "ENV" is no NAME=VALUE`);
      }
      environment.set(this.#expand(name, variables), this.#expand(value, variables));
    }
  }

  #copy({ name, flags, rest }: Instruction, stage: Stage, variables: ReadonlyMap<string, string>): void {
    const words = jsonWords(rest) ?? rest.split(/\s+/);
    if (words.length < 2) throw new DockerfileError(`"${name} ${rest}" needs a source and a target`);
    const from = flags.find(([flag]) => flag === "from");
    if (from) return this.#need(this.#expand(from[1], variables), stage);
    for (const word of words.slice(0, -1)) {
      if (HEREDOC.test(word)) continue;
      const source = this.#expand(word, variables);
      if (name === "COPY" && (URL.test(source) || GIT.test(source))) {
        throw new DockerfileError(`"COPY" cannot take "${source}" from elsewhere`);
      }
      if (!URL.test(source)) stage.sources.add(relative(source));
    }
  }

  #mounts({ flags }: Instruction, stage: Stage, variables: ReadonlyMap<string, string>): void {
    for (const [flag, value] of flags) {
      if (flag !== "mount") continue;
      const { from, source } = parseMount(value);
      if (from !== undefined) this.#needNamed(this.#expand(from, variables), stage);
      else if (source !== undefined) stage.sources.add(relative(this.#expand(source, variables)));
    }
  }

  #need(name: string, stage: Stage): void {
    if (/^[0-9]+$/.test(name) && this.#findStage(name) === undefined) stage.needs.add(Number(name));
    else this.#needNamed(name, stage);
  }

  #needNamed(name: string, stage: Stage): void {
    const index = this.#findStage(name);
    if (index !== undefined) stage.needs.add(index);
  }

  #findStage(name: string): number | undefined {
    const index = this.#stages.findLastIndex((stage) =>
      stage.name !== "" && stage.name === name.toLowerCase()
    );
    return index < 0 ? undefined : index;
  }

  #expand(word: string, variables: ReadonlyMap<string, string>): string {
    return expandWord(word, { lookup: (name) => variables.get(name), escape: this.#dockerfile.escape });
  }
}

function jsonWords(rest: string): string[] | undefined {
  if (!rest.startsWith("[")) return undefined;
  try {
    const words: unknown = JSON.parse(rest);
    return Array.isArray(words) && words.every((word) => typeof word === "string") ? words : undefined;
  } catch {
    return undefined;
  }
}

/** The path within the context, empty for the context itself. */
function relative(path: string): string {
  return posix.resolve("/", path).slice(1);
}

function cut(text: string, separator: string): [before: string, after: string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}
