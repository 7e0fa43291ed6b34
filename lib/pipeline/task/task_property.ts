import { field, type Fields, type FieldType } from "../field.ts";
import { condition, text, texts } from "../field_types.ts";
import type { TaskDraft } from "./task_draft.ts";

/** How the value of a task property is written: a boolean expression, a text, or one text or a list of them. */
export type TaskPropertyType = "bool" | "string" | "list";

/**
 * The properties of a task that the documentation knows and that have an effect only where the host declares them
 * (`ParseOptions.taskProperties`).
 */
export const documentedTaskProperties: ReadonlyMap<string, { type: TaskPropertyType; doc: string }> = new Map(
  [
    ["auto_cancellation", { type: "bool", doc: "Whether a newer push to the branch cancels the task" }],
    ["stateful", { type: "bool", doc: "Whether the task must not be interrupted" }],
    ["trigger_type", {
      type: "string",
      doc: "automatic, or manual for a task that waits for somebody to start it",
    }],
    ["required_pr_labels", {
      type: "list",
      doc: "Labels that a pull request must have before the task starts",
    }],
    ["execution_lock", { type: "string", doc: "Tasks of a repository with the same lock run one at a time" }],
    ["skip_notifications", {
      type: "bool",
      doc: "Whether a failure of the task is kept from the change's status",
    }],
    ["experimental", { type: "bool", doc: "Whether the task is an experiment" }],
    ["use_compute_credits", { type: "bool", doc: "Billing; the cloud's" }],
  ],
);

const asText: Readonly<Record<TaskPropertyType, FieldType<string>>> = {
  bool: { read: (node, scope) => String(condition.read(node, scope)), schema: condition.schema },
  string: text,
  list: { read: (node, scope) => texts.read(node, scope).join("\n"), schema: texts.schema },
};

/** The fields for the properties that a host declares. */
export function taskPropertyFields(declared: ReadonlyMap<string, TaskPropertyType>): Fields<TaskDraft> {
  const entries = [...declared].map(([name, type]) => {
    const doc = documentedTaskProperties.get(name)?.doc ?? "Property that the host declares";
    const property = field<TaskDraft, string>(asText[type], doc, {
      store: ({ properties }, value) => properties.set(name, value),
    });
    return [name, property] as const;
  });
  return Object.fromEntries(entries);
}
