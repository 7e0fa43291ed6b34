import type { DescMessage } from "@bufbuild/protobuf";
import type { Task } from "../../proto/gen/cirrus_ci_service_pb.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { Budget } from "./budget.ts";
import { checkCommandNames } from "./instruction/command_names.ts";
import { resolveDependencies } from "./dependencies.ts";
import { toBuildTask } from "./dockerfile/build_task.ts";
import { findImageBuilds } from "./dockerfile/image_builds.ts";
import { Expressions } from "./expression/expressions.ts";
import { addUniqueLabels } from "./labels.ts";
import { warnOfDifferingConditions } from "./only_if.ts";
import { Problems } from "./problem.ts";
import type { ProjectFiles } from "./project_files.ts";
import { readRoot } from "./root.ts";
import { toTask } from "./task/finished_task.ts";
import { hostInstanceFields } from "./task/host_instances.ts";
import { presetProperties } from "./task/preset_properties.ts";
import { readTasks } from "./task/read_tasks.ts";
import type { TaskDrafts } from "./task/task_drafts.ts";
import { taskPropertyFields, type TaskPropertyType } from "./task/task_property.ts";

export type { ProjectFiles };

export interface ParseOptions {
  /** What the host knows of the build; beats what the file says wherever the parser needs a value. */
  readonly environment: ReadonlyMap<string, string>;
  /** The files that changed, relative to the project's root, for `changesInclude` and `changesIncludeOnly`. */
  readonly affectedFiles: readonly string[];
  readonly files: ProjectFiles;
  /** What messages call the file. */
  readonly path: string;
  /** Properties of tasks on which the host acts; without, they are passed over. */
  readonly taskProperties?: ReadonlyMap<string, TaskPropertyType>;
  /** What tasks may run on beside what this parser knows, by the keys that ask for it. */
  readonly additionalInstances?: ReadonlyMap<string, DescMessage>;
  /** Whether a task may say nothing of what it runs on; it is then without `instance`. */
  readonly allowMissingInstances?: boolean;
}

export interface ParseResult {
  /** In the order of their ids; none when there is an error. */
  readonly tasks: Task[];
  /** In the order in which they were found. */
  readonly diagnostics: Diagnostic[];
}

/** Reads a `.cirrus.yml` into its tasks. What is wrong with it is in the result: this does not reject for it. */
export async function parsePipeline(source: string, options: ParseOptions): Promise<ParseResult> {
  const problems = new Problems(options.path);
  const drafts = problems.attempt(() => readDrafts(source, options, problems));
  const tasks = drafts ? await finishTasks(drafts, options, problems) : [];
  return { tasks: problems.errors > 0 ? [] : tasks, diagnostics: problems.diagnostics };
}

function readDrafts(source: string, options: ParseOptions, problems: Problems): TaskDrafts {
  const properties = taskPropertyFields(options.taskProperties ?? new Map());
  const budget = new Budget();
  const hostInstances = hostInstanceFields(options.additionalInstances ?? new Map());
  const root = readRoot(source, { hostKeys: Object.keys({ ...properties, ...hostInstances }), problems });
  return readTasks(root, {
    root: Map.groupBy(root, ({ name }) => name),
    problems,
    environment: options.environment,
    expressions: new Expressions(options.affectedFiles, budget),
    budget,
    properties,
    hostInstances,
    allowMissingInstances: options.allowMissingInstances ?? false,
  });
}

/** What concerns the tasks together, once each of them is read. */
async function finishTasks(drafts: TaskDrafts, options: ParseOptions, problems: Problems): Promise<Task[]> {
  const { enabled } = drafts;
  const dependencies = resolveDependencies(drafts, problems);
  warnOfDifferingConditions(enabled, { dependencies, problems });
  for (const draft of enabled) checkCommandNames(draft.commands, problems);
  const builds = await findImageBuilds(enabled, { files: options.files, problems });
  const buildIds = new Map(
    builds.flatMap(({ users }, index) => users.map((user) => [user, drafts.count + index] as const)),
  );
  const tasks = [
    ...enabled.map((draft, index) => {
      const build = buildIds.get(draft);
      const requiredGroups = [...dependencies.get(draft) ?? [], ...build === undefined ? [] : [build]];
      return { task: toTask(draft, { index, requiredGroups }), instance: draft.instance?.message };
    }),
    ...builds.map((build, index) =>
      toBuildTask(build, {
        id: drafts.count + index,
        index: enabled.length + index,
        presets: presetProperties(options.environment),
      })
    ),
  ];
  addUniqueLabels(tasks);
  return tasks.map(({ task }) => task);
}
