import type { DescMessage } from "@bufbuild/protobuf";
import { type Fields, ignoredField, schemaOf } from "../field.ts";
import { inheritableNames, readHostInstance } from "../instance/host_instance.ts";
import { readInstance } from "./read_instance.ts";
import { jsonText } from "../instance/json_text.ts";
import { messageFields } from "../instance/message_fields.ts";
import type { TaskDraft } from "./task_draft.ts";

/** The fields for the instances that a host supplies, by the keys that ask for them. */
export function hostInstanceFields(supplied: ReadonlyMap<string, DescMessage>): Fields<TaskDraft> {
  return Object.fromEntries(
    [...supplied].map(([name, schema]) => [name, {
      doc: `On ${schema.name}, which the host supplies`,
      schema: schemaOf(messageFields(schema)),
      outside: inheritableNames(schema),
      readInto(draft, node, scope) {
        readInstance(draft, {
          problems: scope.problems,
          read: () => readHostInstance(node, scope, schema),
        });
      },
    }]),
  );
}

/** The fields of such instances that may as well stand beside them, in the task or at the root. */
export function fieldsOutsideInstances(supplied: ReadonlyMap<string, DescMessage>): Fields<TaskDraft> {
  return Object.fromEntries(
    [...supplied.values()].flatMap((schema) =>
      inheritableNames(schema).map((name) => [name, {
        ...ignoredField<TaskDraft>(`Field of ${schema.name}, for each that does not say it itself`),
        schema: jsonText.schema,
      }])
    ),
  );
}
