import type { Platform } from "../../machine/machine.ts";
import type { Dimensions } from "./dimensions.ts";

/**
 * Runs the shell's script on a terminal, reading from the pipe `in`. The pipe is held open for writing too, so that it
 * never comes to an end. Linux has util-linux' `script`, macOS and BSD one of their own with the same name; without any,
 * Python makes a terminal, and without that the shell has none.
 */
export const START = `
mkfifo -m 600 "$CIRRUS_TERMINAL/in" || exit 1
exec 3<>"$CIRRUS_TERMINAL/in"
line='exec /bin/sh "$CIRRUS_TERMINAL/shell"'
has() { command -v "$1" >/dev/null 2>&1; }
if has script; then
  case $(script --version 2>/dev/null) in
    *util-linux*) SHELL=/bin/sh exec script -qefc "$line" /dev/null <&3 ;;
    *) exec script -q /dev/null /bin/sh -c "$line" <&3 ;;
  esac
elif has python3; then
  exec python3 -c 'import pty, sys; pty.spawn(["/bin/sh", "-c", sys.argv[1]])' "$line" <&3
fi
echo "There is neither script nor python3 here: this shell has no terminal"
exec /bin/sh "$CIRRUS_TERMINAL/shell" -i <&3`;

/** What people expect on each system, the best first. */
const SHELLS = { darwin: "zsh bash sh", other: "bash sh" };

/** What is run on the terminal. Its name is for those who change its size. */
export function shellScript({ columns, rows }: Dimensions, { os }: Platform): string {
  return `
stty cols ${columns} rows ${rows} 2>/dev/null
tty >"$CIRRUS_TERMINAL/tty" || rm -f "$CIRRUS_TERMINAL/tty"
unset CIRRUS_TERMINAL
for shell in ${os === "darwin" ? SHELLS.darwin : SHELLS.other}; do
  SHELL=$(command -v "$shell") && break
done
export SHELL
exec "$SHELL" "$@"
`;
}
