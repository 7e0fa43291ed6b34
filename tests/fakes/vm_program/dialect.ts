import type { Grammar, ParsedCommand } from "./grammar.ts";

/** Why a program could not do what it was called for. */
export type Problem =
  | { readonly kind: "no VM"; readonly name: string }
  | { readonly kind: "no image"; readonly image: string }
  | { readonly kind: "no image name"; readonly image: string }
  | { readonly kind: "name taken"; readonly name: string }
  | { readonly kind: "running"; readonly name: string }
  | { readonly kind: "not running"; readonly name: string }
  | { readonly kind: "no address" }
  | { readonly kind: "too many"; readonly running: readonly string[] }
  | { readonly kind: "smaller disk"; readonly asked: number; readonly has: number }
  | { readonly kind: "wrong value"; readonly message: string };

/** What a program prints on standard error, and what it ends with. */
export interface Failure {
  readonly text: string;
  readonly exitCode: number;
}

/** In what Tart and Vetu differ. */
export interface Dialect {
  readonly name: "tart" | "vetu";
  /** The variable that names the folder of its VMs. */
  readonly homeVariable: "TART_HOME" | "VETU_HOME";
  readonly grammar: Grammar;
  /** How many VMs of one operating system may run at once; no bound for the others. */
  readonly limits: Readonly<Partial<Record<"darwin" | "linux", number>>>;
  describeMisuse(message: string): Failure;
  describe(problem: Problem): Failure;
  /** What `run` refuses beyond the grammar. */
  checkRun(command: ParsedCommand): Problem | undefined;
}

/** Thrown to end a call as `Dialect.describe` says. */
export class ProgramFailure extends Error {
  override readonly name = "ProgramFailure";

  constructor(readonly problem: Problem) {
    super(problem.kind);
  }
}
