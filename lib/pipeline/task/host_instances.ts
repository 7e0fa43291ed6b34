import type { DescMessage } from "@bufbuild/protobuf";
import type { Fields } from "../field.ts";
import { inheritableNames, readHostInstance } from "../instance/host_instance.ts";
import { readInstance } from "./read_instance.ts";
import type { TaskDraft } from "./task_draft.ts";

/** The fields for the instances that a host supplies, by the keys that ask for them. */
export function hostInstanceFields(supplied: ReadonlyMap<string, DescMessage>): Fields<TaskDraft> {
  return Object.fromEntries(
    [...supplied].map(([name, schema]) => [name, {
      doc: `On ${schema.name}, which the host supplies`,
      schema: { type: ["object", "null"] },
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
