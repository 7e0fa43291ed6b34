import { type Fields, propertiesOf } from "./field.ts";
import { groupProperties, groupSchema, instructionPatterns } from "./instruction/schema.ts";
import { described, type JsonSchema, matrixSchema, requiring } from "./json_schema.ts";
import type { ParseOptions } from "./parse.ts";
import { conditionFields, environmentFields, ownFields, sharedFields } from "./task/common_fields.ts";
import { fieldsOutsideInstances, hostInstanceFields } from "./task/host_instances.ts";
import { ordinaryTask } from "./task/ordinary_task.ts";
import type { TaskDraft } from "./task/task_draft.ts";
import type { TaskKind } from "./task/task_kind.ts";
import { taskKinds } from "./task/task_kinds.ts";
import { documentedTaskProperties, taskPropertyFields } from "./task/task_property.ts";

/** What the host adds to the keys of the file. */
type HostKeys = Pick<ParseOptions, "taskProperties" | "additionalInstances">;

/**
 * The JSON Schema (draft 2020-12) of a `.cirrus.yml`, made of the tables that the parser reads by. It holds for what
 * YAML makes of the file once merge keys are resolved. The properties of tasks that are documented are always in it.
 */
export function pipelineSchema(
  { taskProperties = new Map(), additionalInstances = new Map() }: HostKeys = {},
): JsonSchema {
  const documented = [...documentedTaskProperties].map(([name, { type }]) => [name, type] as const);
  const inherited: Fields<TaskDraft> = {
    ...environmentFields,
    ...sharedFields,
    ...taskPropertyFields(new Map([...documented, ...taskProperties])),
    ...conditionFields,
    ...fieldsOutsideInstances(additionalInstances),
  };
  const instances = { ...ordinaryTask.instances, ...hostInstanceFields(additionalInstances) };
  const kinds = taskKinds.map((kind) => kind === ordinaryTask ? { ...ordinaryTask, instances } : kind);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: ".cirrus.yml",
    type: ["object", "null"],
    properties: Object.fromEntries(
      Object.keys({ ...instances, ...inherited }).map((name) => [name, sameAsInTask(name)]),
    ),
    patternProperties: Object.fromEntries(taskKinds.map((kind) => [`${kind.suffix}$`, taskSchema(kind)])),
    $defs: {
      ...Object.fromEntries(kinds.map((kind) => [kind.suffix, partsSchema(kind, inherited)])),
      group: groupSchema,
    },
  };
}

function sameAsInTask(field: string): JsonSchema {
  return { $ref: `#/$defs/${ordinaryTask.suffix}/properties/${field}` };
}

function taskSchema<D extends TaskDraft>({ suffix, doc, fields }: TaskKind<D>): JsonSchema {
  const required = Object.entries(fields).filter(([, field]) => field.required).map(([name]) => name);
  return described({ $ref: `#/$defs/${suffix}`, ...requiring(required) }, doc);
}

/** What may stand in a task, and so in each entry of its matrix. */
function partsSchema<D extends TaskDraft>(kind: TaskKind<D>, inherited: Fields<TaskDraft>): JsonSchema {
  const parts = { $ref: `#/$defs/${kind.suffix}` };
  const hasInstructions = kind.instructions.length > 0;
  return {
    type: ["object", "null"],
    properties: {
      ...propertiesOf(kind.instances),
      ...propertiesOf(inherited),
      ...propertiesOf(ownFields),
      ...propertiesOf(kind.fields),
      ...hasInstructions && groupProperties(),
      matrix: { ...matrixSchema, if: { type: "array" }, then: { items: parts }, else: parts },
    },
    ...hasInstructions && { patternProperties: instructionPatterns(kind.instructions) },
  };
}
