import type { ProgramUser } from "./program_user.ts";

/**
 * Becomes another user, then the program. The program's environment comes as the first bytes to read, and not as
 * this one's own, in which the owner of a task could make root load a library (`LD_PRELOAD`, `PERL5OPT`). Perl,
 * because it is on every macOS, where nothing else sets the supplementary groups without a password or a login.
 */
const SWITCH = `
my ($uid, $gid, $groups, $size) = splice @ARGV, 0, 4;
$) = "$gid $groups"; $( = $gid; ($<, $>) = ($uid, $uid);
$< == $uid && $> == $uid && $( == $gid && $) == $gid or die "Cannot become user $uid: $!\\n";
my $variables = "";
while (length $variables < $size) {
  sysread STDIN, $variables, $size - length $variables, length $variables or die "The environment is cut off\\n";
}
%ENV = map { split /=/, $_, 2 } split /\\0/, $variables;
exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!\\n";
`;

/** How to start a program as another user, this process being root. */
export interface UserSwitch {
  readonly argv: readonly [string, ...string[]];
  /** The whole environment of the first program in `argv`. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the first program has to read before anything that is meant for the program itself. */
  readonly input: Uint8Array;
}

/** Makes what starts a program with these arguments and this environment as another user. */
export function switchUser(
  argv: readonly [string, ...string[]],
  options: { user: ProgramUser; environment: ReadonlyMap<string, string> },
): UserSwitch {
  const { user: { uid, gid, groups }, environment } = options;
  const input = new TextEncoder().encode(
    environment.entries().map(([name, value]) => `${name}=${value}\0`).toArray().join(""),
  );
  return {
    argv: [
      "/usr/bin/perl",
      "-e",
      SWITCH,
      String(uid),
      String(gid),
      groups.join(" "),
      String(input.length),
      ...argv,
    ],
    environment: { PATH: environment.get("PATH") ?? "/usr/bin:/bin" },
    input,
  };
}
