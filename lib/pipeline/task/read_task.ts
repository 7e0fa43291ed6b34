import type { Budget } from "../budget.ts";
import type { Expressions } from "../expression/expressions.ts";
import { type Field, type Fields, fieldsOf, lastOfEach, own, warnUnknown } from "../field.ts";
import { foldOccurrences } from "../fold.ts";
import { warnOfCloudInstance } from "../instance/cloud_instance.ts";
import { groups, instructionKeysLike, isRepeatable, readCommands } from "../instruction/commands.ts";
import { generatedUploads } from "../instruction/upload_caches.ts";
import { nameBefore } from "../key_name.ts";
import { type Node, withChildren } from "../node.ts";
import { Problem, Problems } from "../problem.ts";
import { Scope } from "../scope.ts";
import { Variables } from "../variables.ts";
import { conditionFields, environmentFields, ownFields, sharedFields } from "./common_fields.ts";
import { presetProperties } from "./preset_properties.ts";
import type { TaskDraft } from "./task_draft.ts";
import { documentedTaskProperties } from "./task_property.ts";
import type { TaskKind } from "./task_kind.ts";

/** What tasks are read with. */
export interface TaskContext {
  /** The children of the file's root by name: some of them hold for every task. */
  readonly root: ReadonlyMap<string, readonly Node[]>;
  readonly problems: Problems;
  readonly environment: ReadonlyMap<string, string>;
  /** What the expressions of the file are computed with. */
  readonly expressions: Expressions;
  readonly budget: Budget;
  /** The fields for the properties that the host declares. */
  readonly properties: Fields<TaskDraft>;
  /** The fields for the instances that the host supplies. */
  readonly hostInstances: Fields<TaskDraft>;
  /** Whether a task may say nothing of what it runs on. */
  readonly allowMissingInstances: boolean;
}

/** A task and what its fields were read with. */
export interface ReadTask {
  readonly draft: TaskDraft;
  readonly scope: Scope;
}

/**
 * Reads a task. What its environment says is known before anything else is read; fields that the root may have as
 * well are read in a fixed order, then once more where the task has them itself, then come the others in the order
 * in which they are written.
 */
export function readTask<D extends TaskDraft>(
  node: Node,
  { kind, id, context }: { kind: TaskKind<D>; id: number; context: TaskContext },
): ReadTask {
  const keyName = nameBefore(node.name, kind.suffix, kind.nameWhenBare) ?? node.name;
  const variables = new Variables(context.environment, context.budget);
  const scope = new Scope(variables, context.problems, context.expressions);
  const draft = kind.begin(newDraft({ id, at: node.at, keyName, variables }, context.environment));
  new TaskReader(draft, { kind, context, scope }).read(node);
  return { draft, scope };
}

function newDraft(
  given: Pick<TaskDraft, "id" | "at" | "keyName" | "variables">,
  environment: ReadonlyMap<string, string>,
): TaskDraft {
  return {
    ...given,
    name: given.keyName,
    alias: undefined,
    dependsOn: undefined,
    onlyIf: undefined,
    skip: false,
    instance: undefined,
    properties: presetProperties(environment),
    commands: [],
  };
}

const NONE: readonly Node[] = [];

class TaskReader<D extends TaskDraft> {
  readonly #draft: D;
  readonly #kind: TaskKind<D>;
  readonly #context: TaskContext;
  readonly #scope: Scope;
  /** Fields that the root may have as well, in the order in which they are read. */
  readonly #collectible: Fields<D>;
  readonly #own: Fields<D>;
  /** What was wrong with instances, as long as another one may do. */
  readonly #instanceProblems: Problems;

  constructor(
    draft: D,
    { kind, context, scope }: { kind: TaskKind<D>; context: TaskContext; scope: Scope },
  ) {
    this.#draft = draft;
    this.#kind = kind;
    this.#context = context;
    this.#scope = scope;
    this.#collectible = {
      ...environmentFields,
      ...kind.instances,
      ...sharedFields,
      ...context.properties,
      ...conditionFields,
    };
    this.#own = { ...ownFields, ...kind.fields };
    this.#instanceProblems = new Problems(scope.problems.path);
  }

  read(node: Node): void {
    const children = fieldsOf(node, this.#scope, `"${node.name}"`);
    const folded = this.#fold(children);
    for (const [name, field] of Object.entries(this.#collectible)) {
      const value = folded.get(name);
      if (value) this.#readCollectible(field, value);
    }
    // One instance that can be read is enough; what is wrong with the others is told if there is none.
    if (!this.#draft.instance) this.#scope.problems.adopt(this.#instanceProblems);
    const left = lastOfEach(children, isRepeatable);
    for (const { name } of left) {
      const field = own(this.#collectible, name);
      const value = folded.get(name);
      if (field && value) this.#attempt(() => field.readInto(this.#draft, value, this.#scope));
    }
    for (const child of left) this.#attempt(() => this.#readOwn(child, node));
    this.#attempt(() => this.#requireFields(children, node));
    this.#attempt(() => this.#kind.finish(this.#draft, node));
    this.#attempt(() => this.#requireInstance(node));
    this.#draft.commands.push(...generatedUploads(this.#draft.commands));
  }

  #fold(children: readonly Node[]): Map<string, Node> {
    const folded = new Map<string, Node>();
    const own = Map.groupBy(children, ({ name }) => name);
    for (const [name, { outside = [] }] of Object.entries(this.#collectible)) {
      const value = foldOccurrences(this.#occurrences(name, own));
      if (value) folded.set(name, this.#withOutside(value, { outside, own }));
    }
    return folded;
  }

  #occurrences(name: string, own: ReadonlyMap<string, readonly Node[]>): readonly Node[] {
    const [ofRoot = NONE, ofTask = NONE] = [this.#context.root.get(name), own.get(name)];
    return ofTask.length === 0 ? ofRoot : [...ofRoot, ...ofTask];
  }

  /** The value with those of its fields that stand in the task, or at the root, in place of itself. */
  #withOutside(
    value: Node,
    { outside, own }: { outside: readonly string[]; own: ReadonlyMap<string, readonly Node[]> },
  ): Node {
    if (outside.length === 0 || value.kind !== "map") return value;
    const missing = outside.filter((name) => value.children.every((child) => child.name !== name));
    const found = missing.flatMap((name) => this.#occurrences(name, own).slice(-1));
    return found.length === 0 ? value : withChildren(value, [...value.children, ...found]);
  }

  #readCollectible(field: Field<D>, value: Node): void {
    if (!Object.hasOwn(this.#kind.instances, value.name)) {
      this.#attempt(() => field.readInto(this.#draft, value, this.#scope));
      return;
    }
    const problems = new Problems(this.#scope.problems.path);
    problems.attempt(() => field.readInto(this.#draft, value, this.#scope.reportingTo(problems)));
    (problems.errors === 0 ? this.#scope.problems : this.#instanceProblems).adopt(problems);
  }

  #readOwn(child: Node, task: Node): void {
    const field = own(this.#own, child.name);
    if (field) return field.readInto(this.#draft, child, this.#scope);
    if (Object.hasOwn(this.#collectible, child.name) || documentedTaskProperties.has(child.name)) return;
    if (Object.values(this.#collectible).some(({ outside }) => outside?.includes(child.name))) return;
    const { commands } = this.#draft;
    const kinds = this.#kind.instructions;
    if (kinds.length > 0 && readCommands(child, { commands, kinds, scope: this.#scope })) return;
    if (warnOfCloudInstance(child, this.#scope.problems)) return;
    const known = [
      ...Object.keys(this.#collectible),
      ...Object.keys(this.#own),
      ...kinds.length > 0 ? [...instructionKeysLike(child.name), ...Object.keys(groups)] : [],
    ];
    warnUnknown(child, { known, scope: this.#scope, what: `"${task.name}"` });
  }

  #requireFields(children: readonly Node[], node: Node): void {
    for (const [name, { required }] of Object.entries(this.#own)) {
      if (!required || children.some((child) => child.name === name)) continue;
      throw new Problem(`Reading "${node.name}": it needs "${name}"`, node.at);
    }
  }

  #requireInstance(node: Node): void {
    if (this.#draft.instance || this.#instanceProblems.errors > 0) return;
    if (this.#context.allowMissingInstances) return;
    throw new Problem(
      `Reading "${node.name}": nothing says what the task runs on; add "persistent_worker: {}", or "container" with an image`,
      node.at,
    );
  }

  #attempt(read: () => void): void {
    this.#scope.problems.attempt(read);
  }
}
