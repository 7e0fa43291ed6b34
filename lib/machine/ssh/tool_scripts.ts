/**
 * What is run in a VM to get at its files: commands of a POSIX shell, each on one line, that GNU, BSD and BusyBox
 * understand alike. `exit 44` says that a path does not exist (NOT_FOUND of remote_tool.ts).
 */

/** `$1`: a path. */
export const READ = '[ -e "$1" ] || exit 44; exec cat -- "$1"';

/** `$1`: a path; `$2`: its mode, which it has before the first byte is in it, or nothing. */
export const WRITE = '[ -d "${1%/*}/" ] || exit 44; ' +
  'if [ -n "$2" ]; then umask 077; : >"$1" && chmod "$2" "$1" || exit; fi; exec cat >"$1"';

export const MAKE_DIRECTORY = 'exec mkdir -p -- "$1"';

/** What is read-only, such as Go's module cache, is made writable when it withstands. */
export const REMOVE =
  'rm -rf -- "$1" 2>/dev/null && exit; [ -L "$1" ] || chmod -R u+rwx -- "$1"; exec rm -rf -- "$1"';

/**
 * `$1`: a folder; `$2`: `stat`'s option and `$3` its format for mode and size. For each batch of entries: their
 * number, a line each of what `stat` says, and their names with NUL behind them. What vanishes meanwhile has `-`.
 */
export const LIST = '[ -d "$1" ] || exit 44; cd -- "$1" && exec find . -depth ! -name . -exec /bin/sh -c ' +
  "'option=$1 format=$2; shift 2; echo $#; " +
  'all=$(stat "$option" "$format" -- "$@" 2>/dev/null) && echo "$all" || ' +
  'for path; do stat "$option" "$format" -- "$path" 2>/dev/null || echo -; done; ' +
  `printf "%s\\0" "$@"' sh "$2" "$3" {} +`;

/** `$1`: where; `$2`: what it leads to. */
export const LINK = 'exec ln -s -- "$2" "$1"';

/** Prints whether there is `tar`. */
export const LOOK_FOR_TAR = "command -v tar >/dev/null && echo yes || echo no";

const NEED_TAR =
  'command -v tar >/dev/null || { echo "the VM has no tar; install it in the image" >&2; exit 127; }; ';

/**
 * `$1`: a folder; `$2`: a locale; the others: names below it. pax is what GNU and BSD have in common; BusyBox reads no
 * list of names.
 */
export const PACK = NEED_TAR + 'cd -- "$1" || exit 44; LC_ALL=$2; export LC_ALL; shift 2; ' +
  'for path; do [ -e "$path" ] || [ -L "$path" ] || { echo "$path" >&2; exit 44; }; done; ' +
  "case $(tar --version 2>&1) in " +
  '*GNU*|*bsdtar*) printf "%s\\0" "$@" | tar -c --format=pax -f - --null -T - ;; ' +
  '*) exec tar -c -f - -- "$@" ;; esac';

/** `$1`: a folder; `$2`: a locale. All three refuse `..` and links that lead outside. */
export const UNPACK = NEED_TAR +
  'LC_ALL=$2; export LC_ALL; mkdir -p -- "$1" && cd -- "$1" && exec tar -x -p -o -f -';
