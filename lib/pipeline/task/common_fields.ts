import { field, type Fields } from "../field.ts";
import { condition, entriesOf, rawText, seconds, text, textMap, texts } from "../field_types.ts";
import type { Node } from "../node.ts";
import type { Scope } from "../scope.ts";
import type { TaskDraft } from "./task_draft.ts";

const environment = field<TaskDraft, Map<string, string>>(textMap, "Variables of the task's environment", {
  store({ variables }, values, node, scope) {
    for (const [name, value] of values) variables.set(name, value);
    warnOfEncrypted(node, scope);
  },
});

function warnOfEncrypted(environment: Node, { problems }: Scope): void {
  for (const entry of entriesOf(environment)) {
    if (entry.kind !== "scalar" || !entry.text.startsWith("ENCRYPTED[")) continue;
    problems.warn(
      `Reading "${environment.name}": "${entry.name}" is encrypted with a key that went with Cirrus CI's cloud; set the variable where the build is run`,
      entry.at,
    );
  }
}

/** The environment; the root may have it as well. It is complete before anything else is read. */
export const environmentFields: Fields<TaskDraft> = { environment, env: environment };

/** Fields of every task that the root may have as well, in the order in which they are read. */
export const sharedFields: Fields<TaskDraft> = {
  skip: field(condition, "Whether the task counts as done without being run", {
    // Read twice, and once true is enough.
    store: (draft, skip) => draft.skip ||= skip,
  }),
  allow_failures: field(condition, "Whether the build may pass although the task fails", {
    store: ({ properties }, allowed) => properties.set("allow_failures", String(allowed)),
  }),
  timeout_in: field(seconds, "How long the task may take, such as 30m; an hour when not given", {
    store: ({ properties }, seconds) => properties.set("timeout_in", String(seconds)),
  }),
};

/** The condition of a task, read last of what the root may have as well. */
export const conditionFields: Fields<TaskDraft> = {
  only_if: field(rawText, "Condition without which there is no such task", {
    store: (draft, expression, { at }) => draft.onlyIf = { expression, at },
  }),
};

/** Fields of every task that the root cannot have. */
export const ownFields: Fields<TaskDraft> = {
  name: field(text, "Name of the task, in place of the one in its key", {
    store: (draft, name) => draft.name = name || draft.keyName,
  }),
  alias: field(text, "Another name for `depends_on` of other tasks", {
    store(draft, alias) {
      draft.alias = alias;
      draft.properties.set("alias", alias);
    },
  }),
  depends_on: field(texts, "Names or aliases of the tasks that must pass first", {
    store: (draft, names, { at }) => draft.dependsOn = { names, at },
  }),
};
