import type { SubjectName } from "./subjects.ts";

/** What the thread that parses is told: the numbers of the cases. */
export interface FuzzOrder {
  readonly subject: SubjectName;
  readonly seed: number;
  readonly from: number;
  /** Not included. */
  readonly to: number;
}

/** What it says. */
export type FuzzReport =
  | { readonly kind: "started"; readonly index: number }
  | { readonly kind: "failed"; readonly index: number; readonly message: string }
  | { readonly kind: "done" };
