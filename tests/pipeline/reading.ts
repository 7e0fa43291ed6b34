import assert from "node:assert/strict";
import { createRegistry, type DescMessage, toJson } from "@bufbuild/protobuf";
import { type ParseOptions, parsePipeline, type ParseResult } from "../../lib/pipeline/parse.ts";
import { file_cirrus_ci_service, TaskSchema } from "../../proto/gen/cirrus_ci_service_pb.ts";

/** What a test says of the surroundings of a `.cirrus.yml`. */
export interface Surroundings {
  /** What the host knows of the build. */
  readonly host?: Readonly<Record<string, string>>;
  readonly affectedFiles?: readonly string[];
  /** The project's files, by path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly taskProperties?: Readonly<Record<string, "bool" | "string" | "list">>;
  readonly additionalInstances?: Readonly<Record<string, DescMessage>>;
  readonly allowMissingInstances?: boolean;
}

/** Parses `source` as a `.cirrus.yml`. */
export function parse(source: string, surroundings: Surroundings = {}): Promise<ParseResult> {
  const {
    host = {},
    affectedFiles = [],
    files = {},
    taskProperties = {},
    additionalInstances = {},
    ...options
  } = surroundings;
  return parsePipeline(source, {
    ...options,
    environment: new Map(Object.entries(host)),
    affectedFiles,
    files: filesOf(files),
    path: ".cirrus.yml",
    taskProperties: new Map(Object.entries(taskProperties)),
    additionalInstances: new Map(Object.entries(additionalInstances)),
  });
}

/** A task in protobuf's JSON form, as far as tests look into it. */
export interface TaskJson {
  readonly name?: string;
  readonly localGroupId?: string;
  readonly requiredGroups?: readonly string[];
  readonly status?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly instance?: Readonly<Record<string, unknown>>;
  readonly commands?: readonly CommandJson[];
  readonly metadata: {
    readonly uniqueLabels?: readonly string[];
    readonly properties: Readonly<Record<string, string>>;
  };
}

export interface CommandJson extends Readonly<Record<string, unknown>> {
  readonly name?: string;
  readonly executionBehaviour?: string;
  readonly properties?: Readonly<Record<string, string>>;
}

/** The tasks of a file that has no error, in protobuf's JSON form. */
export async function tasksOf(source: string, surroundings: Surroundings = {}): Promise<TaskJson[]> {
  const { tasks, diagnostics } = await parse(source, surroundings);
  assert.deepEqual(diagnostics.filter(({ severity }) => severity === "error"), [], source);
  const registry = createRegistry(
    file_cirrus_ci_service,
    ...Object.values(surroundings.additionalInstances ?? {}),
  );
  // Protobuf's JSON is typed as any JSON; each task of it has the fields of `TaskJson`.
  return tasks.map((task) => JSON.parse(JSON.stringify(toJson(TaskSchema, task, { registry }))));
}

/** The only task of a file. */
export async function taskOf(source: string, surroundings?: Surroundings): Promise<TaskJson> {
  const [task, ...others] = await tasksOf(source, surroundings);
  assert(task && others.length === 0, `it has ${others.length + 1} tasks: ${source}`);
  return task;
}

/** The commands of the only task, the implicit clone left out. */
export async function commandsOf(source: string, surroundings?: Surroundings): Promise<CommandJson[]> {
  const { commands = [] } = await taskOf(source, surroundings);
  return commands.filter((command) => command.cloneInstruction === undefined);
}

/** What the only task runs on, without its type. */
export async function instanceOf(
  source: string,
  surroundings?: Surroundings,
): Promise<Record<string, unknown> | undefined> {
  const { instance } = await taskOf(source, surroundings);
  if (!instance) return undefined;
  return Object.fromEntries(Object.entries(instance).filter(([name]) => name !== "@type"));
}

/** The errors of a file as `line:column message`, in the order of their places. */
export function errorsOf(source: string, surroundings?: Surroundings): Promise<string[]> {
  return messagesOf(source, "error", surroundings);
}

/** The warnings of a file as `line:column message`, in the order of their places. */
export function warningsOf(source: string, surroundings?: Surroundings): Promise<string[]> {
  return messagesOf(source, "warning", surroundings);
}

async function messagesOf(
  source: string,
  severity: "error" | "warning",
  surroundings?: Surroundings,
): Promise<string[]> {
  const { diagnostics } = await parse(source, surroundings);
  return diagnostics
    .filter((diagnostic) => diagnostic.severity === severity)
    .sort((left, right) =>
      (left.position?.line ?? 0) - (right.position?.line ?? 0) ||
      (left.position?.column ?? 0) - (right.position?.column ?? 0)
    )
    .map(({ position, message }) => `${position?.line}:${position?.column} ${message}`);
}

/** Checks that a file has exactly one error, at `place` (`line:column`), that says `text`. */
export async function assertError(
  source: string,
  { place, text, surroundings }: { place: string; text: string; surroundings?: Surroundings },
): Promise<void> {
  const errors = await errorsOf(source, surroundings);
  assert.equal(errors.length, 1, `${source}\n${errors.join("\n")}`);
  const [error = ""] = errors;
  assert(error.startsWith(`${place} `) && error.includes(text), `${source}\n${error}`);
}

function filesOf(files: Readonly<Record<string, string>>): ParseOptions["files"] {
  return {
    read(path) {
      const text = files[path];
      return text === undefined
        ? Promise.reject(new Error("there is no such file"))
        : Promise.resolve(new TextEncoder().encode(text));
    },
    list(path) {
      if (files[path] !== undefined) return Promise.resolve(undefined);
      const prefix = path === "." ? "" : `${path}/`;
      const names = new Set(
        Object.keys(files).filter((file) => file.startsWith(prefix)).map((file) =>
          file.slice(prefix.length).split("/")[0] ?? ""
        ),
      );
      return names.size === 0
        ? Promise.reject(new Error("there is no such directory"))
        : Promise.resolve([...names]);
    },
  };
}
