import { type Dialect, ProgramFailure } from "./dialect.ts";
import type { ParsedCommand } from "./grammar.ts";
import type { FakeVm, VmHome } from "./vm_home.ts";

/** One call of a fake program, as its subcommand gets it. */
export interface Call {
  readonly command: ParsedCommand;
  readonly home: VmHome;
  readonly dialect: Dialect;
}

/** The VM that a command names first. */
export function existing({ command, home }: Call): { name: string; vm: FakeVm } {
  const [name = ""] = command.names;
  const vm = home.vm(name);
  if (vm === undefined) throw new ProgramFailure({ kind: "no VM", name });
  return { name, vm };
}
