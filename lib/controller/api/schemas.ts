import { z } from "zod";
import { repositorySchema } from "../builds/repository.ts";
import { BUILD_STATUSES, COMMAND_STATUSES, FAILURE_CAUSES, STATUSES } from "../records.ts";

/**
 * The bodies of the HTTP API, requests first. The OpenAPI document is made of them, and clients read answers with them.
 * Requests refuse fields that they do not know; answers may get more fields, which `z.object` passes over.
 */

const id = z.string().regex(/^[0-9]{1,19}$/, "an id is a number");
const time = z.iso.datetime().describe("RFC 3339, in UTC");
const bytes = z.int().min(0).describe("In bytes");
const durationMs = z.number().min(0).describe("In milliseconds");
const variables = z.record(
  z.string().regex(/^[^=\0]+$/, "the name of a variable is not empty and has no ="),
  z.string(),
);

export const newBuildSchema = z.strictObject({
  definition: z.string().describe("The text of a .cirrus.yml"),
  path: z.string().min(1).optional().describe("What messages call that file; .cirrus.yml by default"),
  tasks: z.array(z.string()).min(1).optional()
    .describe("Names or aliases, in any case, of the only tasks to run, without what they depend on"),
  environment: variables.optional().describe("Variables that win over those of the file"),
  secretsToMask: z.array(z.string().min(1)).optional().describe("Values that must not show in logs"),
  affectedFiles: z.array(z.string()).optional()
    .describe("The changed files that changesInclude() and changesIncludeOnly() see"),
  repository: repositorySchema.optional(),
  files: z.record(z.string(), z.base64().nullable()).optional()
    .describe(
      "What the definition names of its project's files, such as a Dockerfile, by path and in base64; " +
        "null for what is there and too large to send",
    ),
}).meta({ id: "NewBuild" });

export const cancellationSchema = z.strictObject({
  reason: z.string().min(1).max(1_000).optional().describe("Shown with what was cancelled"),
}).meta({ id: "Cancellation" });

const diagnosticSchema = z.object({
  severity: z.enum(["error", "warning"]),
  message: z.string(),
  path: z.string(),
  line: z.int().optional().describe("From 1; absent where the whole file is meant"),
  column: z.int().optional().describe("From 1, in UTF-16 code units"),
  text: z.string().describe("As a terminal shows it, with the source line and a caret"),
}).meta({ id: "Diagnostic", description: "What is wrong in a .cirrus.yml" });

/** What can be wrong with a request, for programs to tell apart. */
const ERROR_CODES = [
  "invalid_request",
  "invalid_definition",
  "unauthorized",
  "not_found",
  "method_not_allowed",
  "timeout",
  "conflict",
  "payload_too_large",
  "unsupported_media_type",
  "range_not_satisfiable",
  "insufficient_storage",
  "unavailable",
  "internal",
] as const;

export const errorSchema = z.object({
  error: z.object({
    code: z.enum(ERROR_CODES),
    message: z.string().describe("Says what is wrong and what to do"),
    diagnostics: z.array(diagnosticSchema).optional().describe("With invalid_definition"),
  }),
}).meta({ id: "Error", description: "The shape of every error" });

const buildStatus = z.enum(BUILD_STATUSES);

const taskState = z.object({
  status: z.enum(STATUSES).describe(
    "created waits for other tasks, triggered for a worker; scheduled is given to one",
  ),
  worker: z.string().optional().describe("Of a task that is scheduled or executing"),
  message: z.string().optional().describe("Why it is in this state"),
  cause: z.enum(FAILURE_CAUSES).optional().describe("Whose fault a failure is"),
});

const commandState = z.object({
  status: z.enum(COMMAND_STATUSES),
  durationMs: durationMs.optional().describe("In milliseconds, of a command that has ended"),
  signaled: z.boolean().optional().describe("Whether a signal ended it"),
});

const commandSchema = commandState.extend({ name: z.string() }).meta({ id: "Command" });

const waitSchema = z.object({
  text: z.string().describe("The reasons in one line"),
  tasks: z.array(id).describe("The tasks that must end first"),
  workers: z.array(z.object({
    worker: z.string(),
    reason: z.enum(["fits", "label", "resource", "disabled", "locked", "full", "occupied"])
      .describe("What keeps the task from it; fits: only that it is away, or kept free for an older task"),
    text: z.string(),
    live: z.boolean().describe("Whether it is connected"),
    lastSeenAt: time,
  })),
}).meta({ id: "Wait", description: "Why a task waits" });

const taskSchema = taskState.extend({
  id,
  buildId: id,
  name: z.string(),
  uniqueLabels: z.array(z.string()).describe("KEY:VALUE of what tells tasks of the same name apart"),
  allowFailures: z.boolean(),
  requires: z.array(id).describe("The tasks that it depends on"),
  commands: z.array(commandSchema).describe("In the order in which they run"),
  worker: z.string().optional().describe("The worker that has or had it last"),
  replacedBy: id.optional().describe("The task that was run again in its place"),
  queuedAt: time.optional(),
  startedAt: time.optional(),
  finishedAt: time.optional(),
}).meta({ id: "Task" });

export const taskWithWaitSchema = taskSchema.extend({
  wait: waitSchema.optional().describe("Of a task that is created or triggered"),
}).meta({ id: "TaskWithWait" });

const buildSummarySchema = z.object({
  id,
  status: buildStatus,
  createdAt: time,
  finishedAt: time.optional(),
  repository: repositorySchema,
}).meta({ id: "BuildSummary" });

export const buildSchema = buildSummarySchema.extend({
  tasks: z.array(taskSchema).describe("In the order of the file, then those that were run again"),
}).meta({ id: "Build" });

export const createdBuildSchema = buildSchema.extend({
  diagnostics: z.array(diagnosticSchema).describe("Warnings about the file"),
  warnings: z.array(z.object({ text: z.string(), tasks: z.array(id) })).default([])
    .describe("Tasks that no worker which was ever here can take: they wait for another one"),
}).meta({ id: "CreatedBuild" });

const nextCursor = z.string().optional().describe("The cursor of the next page; absent on the last one");

export const buildPageSchema = z.object({ builds: z.array(buildSummarySchema), nextCursor })
  .meta({ id: "BuildPage", description: "The last build first" });

export const workerSchema = z.object({
  name: z.string(),
  version: z.string().optional().describe("As its label version says"),
  labels: z.record(z.string(), z.string()),
  resources: z.record(z.string(), z.number()).describe("All that it has"),
  resourcesInUse: z.record(z.string(), z.number()).describe("By tasks of other upstreams too"),
  disabled: z.boolean().describe("It is given no tasks"),
  live: z.boolean().describe("Whether it is connected"),
  lastSeenAt: time,
  tasks: z.array(z.object({ id, buildId: id, name: z.string() })).describe("What it has of this controller"),
}).meta({ id: "Worker" });

export const workerPageSchema = z.object({ workers: z.array(workerSchema), nextCursor })
  .meta({ id: "WorkerPage", description: "By name" });

const artifactSchema = z.object({
  taskId: id,
  taskName: z.string(),
  name: z.string().describe("The name of the command that uploaded it"),
  type: z.string().optional().describe("The media type that the .cirrus.yml states"),
  format: z.string().optional().describe("What the .cirrus.yml says the files are, such as junit"),
  files: z.int().describe("How many"),
  size: bytes,
}).meta({ id: "Artifact" });

export const artifactPageSchema = z.object({ artifacts: z.array(artifactSchema) })
  .meta({ id: "ArtifactPage", description: "By task and name" });

const artifactFileSchema = z.object({
  path: z.string().describe("Relative to the working directory of the task"),
  size: bytes,
  taskId: id.describe("The task that uploaded it"),
  storedAt: time,
}).meta({ id: "ArtifactFile" });

export const artifactFilePageSchema = z.object({ files: z.array(artifactFileSchema), nextCursor })
  .meta({ id: "ArtifactFilePage", description: "By path" });

const stored = { seq: z.int(), at: time };

/** The data of a server-sent event; its `kind` is the name of the event, its `seq` the id. */
export const buildEventSchema = z.discriminatedUnion("kind", [
  z.object({ ...stored, kind: z.literal("build"), status: buildStatus }),
  taskState.extend({ ...stored, kind: z.literal("task"), taskId: id }),
  commandState.extend({ ...stored, kind: z.literal("command"), taskId: id, command: z.string() }),
  z.object({
    kind: z.literal("log"),
    taskId: id,
    command: z.string(),
    size: z.int().describe("In bytes"),
  }),
]).meta({
  id: "BuildEvent",
  description: "What happened; a log that grew is only told of, and has no seq",
});

export type NewBuildBody = z.infer<typeof newBuildSchema>;
export type DiagnosticBody = z.infer<typeof diagnosticSchema>;
export type ErrorCode = typeof ERROR_CODES[number];
export type ErrorBody = z.infer<typeof errorSchema>;
export type TaskBody = z.infer<typeof taskSchema>;
export type TaskWithWaitBody = z.infer<typeof taskWithWaitSchema>;
export type WaitBody = z.infer<typeof waitSchema>;
export type BuildSummaryBody = z.infer<typeof buildSummarySchema>;
export type BuildBody = z.infer<typeof buildSchema>;
export type CreatedBuildBody = z.infer<typeof createdBuildSchema>;
export type BuildPageBody = z.infer<typeof buildPageSchema>;
export type WorkerBody = z.infer<typeof workerSchema>;
export type WorkerPageBody = z.infer<typeof workerPageSchema>;
export type ArtifactBody = z.infer<typeof artifactSchema>;
export type ArtifactPageBody = z.infer<typeof artifactPageSchema>;
export type ArtifactFileBody = z.infer<typeof artifactFileSchema>;
export type ArtifactFilePageBody = z.infer<typeof artifactFilePageSchema>;
export type BuildEventBody = z.infer<typeof buildEventSchema>;
