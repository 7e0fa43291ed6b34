/** An account of this host. */
export interface ProgramUser {
  readonly name: string;
  readonly uid: number;
  /** The primary group. */
  readonly gid: number;
  /** All groups, the primary one among them. */
  readonly groups: readonly number[];
  /** The home folder. */
  readonly home: string;
}

let chosen: ProgramUser | undefined;

/**
 * From here on, every program that this process starts for its work runs as `user`, in whose name files for it
 * are made, too. One choice for the whole process, as its own user is: no program can be forgotten. Takes root.
 */
export function runProgramsAs(user: ProgramUser): void {
  chosen = user;
}

/** Whom programs are started as; undefined for this process's own user. */
export function programUser(): ProgramUser | undefined {
  return chosen;
}

/** The variables by which programs know their user; none for this process's own. */
export function userVariables(): ReadonlyArray<readonly [string, string]> {
  return chosen === undefined ? [] : [["HOME", chosen.home], ["USER", chosen.name], ["LOGNAME", chosen.name]];
}
