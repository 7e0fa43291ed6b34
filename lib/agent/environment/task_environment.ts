import type { SecretSet } from "../logs/secret_set.ts";
import { expandText, expandVariables } from "./expand.ts";
import { isSensitiveName } from "./sensitive_names.ts";

export interface TaskEnvironmentOptions {
  /** What the machine itself sets, below the task's variables. */
  readonly machine: ReadonlyMap<string, string>;
  /** Whether the machine takes `Path` and `PATH` for the same variable, as Windows does. */
  readonly ignoreCase: boolean;
  /** Told of every value that no log may show. */
  readonly secrets: SecretSet;
}

/** The variables of one task: they grow while it runs, are expanded by each other, and the sensitive ones hidden. */
export class TaskEnvironment {
  readonly #machine: ReadonlyMap<string, string>;
  readonly #key: (name: string) => string;
  readonly #secrets: SecretSet;
  #variables: ReadonlyMap<string, string> = new Map();

  constructor(options: TaskEnvironmentOptions) {
    this.#key = options.ignoreCase ? (name) => name.toUpperCase() : (name) => name;
    this.#machine = new Map(options.machine.entries().map(([name, value]) => [this.#key(name), value]));
    this.#secrets = options.secrets;
    this.#hide(options.machine);
  }

  /** The task's own variables, expanded. */
  get variables(): ReadonlyMap<string, string> {
    return this.#variables;
  }

  /** The value of one of the task's own variables. */
  get(name: string): string | undefined {
    return this.#variables.get(name);
  }

  /** Whether the machine or the task sets a variable. */
  has(name: string): boolean {
    return this.#variables.has(name) || this.#machine.has(this.#key(name));
  }

  /** Adds variables of the task's, over those it has. Throws an `Error` when expanded they grow out of all bounds. */
  merge(variables: Iterable<readonly [string, string]>, options: { sensitive?: boolean } = {}): void {
    const added = new Map(variables);
    this.#variables = expandVariables(
      new Map([...this.#variables, ...added]),
      (name) => this.#machine.get(this.#key(name)),
    );
    this.#hide(this.#variables);
    if (options.sensitive) this.#secrets.add(...added.keys().map((name) => this.#variables.get(name) ?? ""));
  }

  /** Expands a text of an instruction: here the task's variables win over the machine's. */
  expand(text: string): string {
    return expandText(text, (name) => this.#variables.get(name) ?? this.#machine.get(this.#key(name)));
  }

  /** What a program is started with: the machine's variables, over them the task's, over both `extra`. */
  forProgram(extra: Iterable<readonly [string, string]>): ReadonlyMap<string, string> {
    const own = new Map([...this.#variables, ...extra]);
    const keys = new Set(own.keys().map(this.#key));
    return new Map([...this.#machine.entries().filter(([name]) => !keys.has(name)), ...own]);
  }

  #hide(variables: ReadonlyMap<string, string>): void {
    for (const [name, value] of variables) if (isSensitiveName(name)) this.#secrets.add(value);
  }
}
