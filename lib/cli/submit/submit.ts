import { resolve } from "node:path";
import type { CreatedBuildBody, NewBuildBody } from "../../controller/api/schemas.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import { withController } from "../controller_client/with_controller.ts";
import { ExitCode } from "../exit_code.ts";
import type { Io } from "../io.ts";
import { table } from "../output/table.ts";
import { type DefinitionFile, readDefinitionFile } from "../run/definition_file.ts";
import { taskTitles } from "../run/task_titles.ts";
import { readUserEnvironment } from "../run/user_environment.ts";
import { UsageError } from "../usage_error.ts";
import { followBuild, type FollowOptions, tallyBuild } from "./follow_build.ts";
import { filesToSend } from "./files_to_send.ts";
import type { SubmitFlags } from "./submit_flags.ts";
import { submittedRepository } from "./submitted_repository.ts";

/** `cirrus submit`: makes a build on a controller, and follows it where that is asked for. */
export function submit(flags: SubmitFlags, io: Io, wanted?: string): Promise<number> {
  return withController({ flags, io }, async (client, signal) => {
    const request = await prepareBuild({ flags, wanted }, { io, signal });
    const build = await client.createBuild(request);
    for (const { text } of build.diagnostics) io.stderr.writeSync(`${text}\n`);
    if (!saysWhatToClone(request)) {
      io.stderr.writeSync(
        "Warning: there is no git remote here for tasks to clone, so that their clone fails: name a repository by " +
          "--clone-url, or give the tasks a clone_script of their own\n",
      );
    }
    for (const { text } of build.warnings) io.stderr.writeSync(`Warning: ${text}\n`);
    if (flags.follow) return await follow(build, { client, signal, io, flags });
    await io.stdout.write(flags.json ? asJson(build) : describeBuild(build));
    return ExitCode.success;
  });
}

async function prepareBuild(
  { flags, wanted }: { readonly flags: SubmitFlags; readonly wanted: string | undefined },
  { io, signal }: { readonly io: Io; readonly signal: AbortSignal },
): Promise<NewBuildBody> {
  const directory = io.workingDirectory;
  const warn = (message: string) => io.stderr.writeSync(`Warning: ${message}\n`);
  const { path, source } = await readDefinition(flags.file, directory);
  const environment = await readUserEnvironment(
    { variables: flags.env ?? [], files: flags.envFile ?? [] },
    { environment: io.environment, workingDirectory: directory, warn },
  );
  const repository = await submittedRepository(flags, { directory, signal, warn });
  const tasks = wanted === undefined ? undefined : [wanted];
  const submission = { definition: source, path, tasks, environment, repository };
  const files = await filesToSend({ ...submission, secretsToMask: [], affectedFiles: [] }, { directory });
  return {
    definition: source,
    path,
    ...tasks && { tasks },
    environment: Object.fromEntries(environment),
    repository,
    ...Object.keys(files).length > 0 && { files },
  };
}

/** Whether the tasks of a build may know what to clone. */
function saysWhatToClone({ definition, environment = {}, repository }: NewBuildBody): boolean {
  return repository?.cloneUrl !== undefined || /\bclone_script\b|CIRRUS_REPO_CLONE_/.test(definition) ||
    Object.keys(environment).some((name) => name.startsWith("CIRRUS_REPO_CLONE_"));
}

async function readDefinition(file: string | undefined, directory: string): Promise<DefinitionFile> {
  if (file === undefined) return await readDefinitionFile(directory);
  try {
    return { path: file, source: await Deno.readTextFile(resolve(directory, file)) };
  } catch (error) {
    throw new UsageError(`Cannot read the file of --file: ${errorMessage(error)}`, { cause: error });
  }
}

async function follow(
  build: CreatedBuildBody,
  options: FollowOptions & { readonly flags: SubmitFlags },
): Promise<number> {
  const { client, signal, io, flags: { json, output } } = options;
  const onStop = () =>
    io.stderr.writeSync(
      `Build ${build.id} goes on without being followed: "cirrus cancel ${build.id}" stops it\n`,
    );
  signal.addEventListener("abort", onStop, { once: true });
  try {
    const tally = json
      ? await tallyBuild(build, { ...options, show: () => Promise.resolve() })
      : await followBuild(build, { ...options, output });
    if (json) await io.stdout.write(asJson(await client.findBuild(build.id)));
    return tally.failed ? ExitCode.failure : ExitCode.success;
  } finally {
    signal.removeEventListener("abort", onStop);
  }
}

function describeBuild({ id, tasks }: CreatedBuildBody): string {
  const titles = taskTitles(tasks);
  const rows = tasks.map((task, index) => [
    task.id,
    titles[index] ?? task.name,
    task.status,
    task.message ?? "",
  ]);
  return `Build ${id} is made; "cirrus builds ${id}" shows how far it is\n\n${
    table([["TASK", "NAME", "STATUS", "WHY"], ...rows])
  }`;
}

function asJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
