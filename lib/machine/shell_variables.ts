/** A variable's name that POSIX shells can set: neither an odd one, nor one that bash or dash keep for themselves. */
const SHELL_NAME =
  /^(?!(?:E?UID|PPID|GROUPS|BASHOPTS|SHELLOPTS|BASH_VERSINFO|OPTIND|LINENO|RANDOM|SECONDS)$)[A-Za-z_][A-Za-z0-9_]*$/;

type Variable = readonly [name: string, value: string];

/** Sorts variables by whether every shell can set them, or not, such as Gradle's `ORG_GRADLE_PROJECT_signing.keyId`. */
export function sortVariables(
  environment: ReadonlyMap<string, string>,
): { plain: Variable[]; odd: Variable[] } {
  const { plain = [], odd = [] } = Object.groupBy(
    environment,
    ([name]) => SHELL_NAME.test(name) ? "plain" : "odd",
  );
  return { plain, odd };
}

/** The variables in which a shell hands odd ones to `SET_ODD_NAMES`. */
export function carryOdd(odd: readonly Variable[]): Variable[] {
  return odd.map(([name, value], i) => [`CIRRUS_ODD_NAME_${i}`, `${name}=${value}`]);
}

/** The arguments, as a shell's words, by which Perl sets what is odd and becomes the program whose words follow. */
export const SET_ODD_NAMES = "-e 'for (grep { /^CIRRUS_ODD_NAME_\\d+$/ } keys %ENV) " +
  "{ my ($name, $value) = split /=/, delete $ENV{$_}, 2; $ENV{$name} = $value } exec { $ARGV[0] } @ARGV; " +
  'die "$ARGV[0]: $!\\n"\'';

/** What to say of a variable that cannot be set. */
export function needsPerl(name: string): string {
  return `the variable ${name} has a name that only perl can set, and there is none; rename it`;
}
