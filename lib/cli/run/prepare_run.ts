import { InvalidBuildError, type NewBuild } from "../../controller/builds/new_build.ts";
import { selectTasks } from "../../controller/builds/select_tasks.ts";
import { isSkippedByFile, skipReasons } from "../../controller/builds/skip_reasons.ts";
import { renderDiagnostic } from "../../diagnostics/diagnostic.ts";
import { localFiles } from "../../pipeline/local_files.ts";
import { parsePipeline } from "../../pipeline/parse.ts";
import { type Task } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { Io } from "../io.ts";
import { repositoryTop } from "../project/repository_top.ts";
import { UsageError } from "../usage_error.ts";
import { affectedFiles } from "./affected_files.ts";
import { buildContexts } from "./build_contexts.ts";
import { repositoryEnvironment, STATIC_ENVIRONMENT } from "./build_environment.ts";
import { containerTasks } from "./container_tasks.ts";
import { readDefinitionFile } from "./definition_file.ts";
import { localTasks } from "./local_tasks.ts";
import { macosTasks } from "./macos_tasks.ts";
import { readUserEnvironment } from "./user_environment.ts";
import type { RunFlags } from "./run_flags.ts";
import { RUN_TASK_PROPERTIES } from "./task_properties.ts";
import { findVmHost } from "./vm_host.ts";
import { whyNotHere, whyNotUnasked } from "./why_not_here.ts";

/** What is to be run, and what the worker must offer for it. */
export interface PreparedRun {
  readonly build: NewBuild;
  readonly resources: Readonly<Record<string, number>>;
  /** See `ContainerIsolationOptions`. */
  readonly buildContexts: ReadonlyMap<string, string>;
}

/** What a run is prepared from. */
export interface RunRequest {
  readonly flags: RunFlags;
  /** The name or alias of the only task to run. */
  readonly wanted: string | undefined;
  /** Absolute path. */
  readonly project: string;
}

/**
 * Reads the project's `.cirrus.yml` and the flags into a build. Warnings go to standard error. Throws a `UsageError`
 * for whatever a person has to correct first, and where there is nothing to run.
 */
export async function prepareRun(
  { flags, wanted, project }: RunRequest,
  { io, signal }: { io: Io; signal: AbortSignal },
): Promise<PreparedRun> {
  const warn = (message: string) => io.stderr.writeSync(`Warning: ${message}\n`);
  const definition = await readDefinitionFile(project);
  const overrides = await readUserEnvironment(
    { variables: [...flags.environment ?? [], ...flags.env ?? []], files: flags.envFile ?? [] },
    { environment: io.environment, workingDirectory: project, warn },
  );
  const { tasks: parsed, diagnostics } = await parsePipeline(definition.source, {
    path: definition.path,
    environment: new Map([...STATIC_ENVIRONMENT, ...overrides]),
    affectedFiles: await affectedFiles(flags, { directory: project, signal }),
    files: localFiles(project, { boundary: repositoryTop(project) }),
    taskProperties: RUN_TASK_PROPERTIES,
    allowMissingInstances: true,
  });
  const rendered = diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, definition.source));
  if (diagnostics.some(({ severity }) => severity === "error")) throw new UsageError(rendered.join("\n"));
  for (const warning of rendered) io.stderr.writeSync(`${warning}\n`);

  const runnable = macosTasks(containerTasks(parsed));
  const selected = wanted === undefined ? runnable : chosenTasks(runnable, wanted);
  const host = findVmHost(io, flags.dirty);
  const whyNot = wanted === undefined ? whyNotUnasked : whyNotHere;
  const skip = skipReasons(selected, (task) => whyNot(task, host));
  checkSomethingRuns(selected, { skip, path: definition.path });
  const { tasks, resources } = localTasks(selected);
  const environment = new Map([...STATIC_ENVIRONMENT, ...await repositoryEnvironment(project, { signal })]);
  return {
    build: { tasks, skip, environment, overrides },
    resources,
    buildContexts: buildContexts(parsed, { project, overrides }),
  };
}

function chosenTasks(tasks: readonly Task[], wanted: string): Task[] {
  try {
    return selectTasks(tasks, wanted).map((task) => ({ ...task, requiredGroups: [] }));
  } catch (error) {
    if (error instanceof InvalidBuildError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

function checkSomethingRuns(
  tasks: readonly Task[],
  { skip, path }: { skip: ReadonlyMap<bigint, string>; path: string },
): void {
  const whyNot = tasks.flatMap((task) => {
    const reason = skip.get(task.localGroupId) ??
      (isSkippedByFile(task) ? "its skip condition holds" : undefined);
    return reason === undefined ? [] : [`  ${task.name}: skipped, ${reason}`];
  });
  if (whyNot.length < tasks.length) return;
  const detail = tasks.length === 0 ? "it has no tasks, or only_if excludes all of them" : whyNot.join("\n");
  throw new UsageError(`Nothing to run in ${path}:${tasks.length === 0 ? " " : "\n"}${detail}`);
}
