import type { Position } from "../../diagnostics/diagnostic.ts";
import type { Instance } from "../instance/instance.ts";
import type { PlacedCommand } from "../instruction/placed_command.ts";
import type { Variables } from "../variables.ts";

/** A task while its file is read. */
export interface TaskDraft {
  /** Its place among all tasks of the file, those included that are not enabled. */
  readonly id: number;
  /** Where its key stands. */
  readonly at: Position;
  /** The name that its key says. */
  readonly keyName: string;
  name: string;
  alias: string | undefined;
  /** The tasks that must come first, by name or alias. */
  dependsOn: { readonly names: readonly string[]; readonly at: Position } | undefined;
  onlyIf: { readonly expression: string; readonly at: Position } | undefined;
  skip: boolean;
  instance: Instance | undefined;
  readonly variables: Variables;
  readonly properties: Map<string, string>;
  readonly commands: PlacedCommand[];
}
