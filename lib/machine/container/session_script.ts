/**
 * What a shell session in a container runs: text for any POSIX shell, and nothing but what shells have built in, so
 * that it works in every image with a `/bin/sh`.
 *
 * The container's own first process keeps two shells: the first reads our requests and answers at once; the second
 * gets programs from it and runs one at a time. So there is always somebody to ask while a program runs. What
 * programs print is standard output, untouched; what the shells say is standard error, in records (`ControlChannel`).
 * The first process waits for all children, also for those that it did not start, so that no zombie is left.
 */

/** Said when somebody in the container has killed the shells, which are then started anew. */
export const RESTARTED = "cirrus: the shells of the session were started anew";

/** The line by which we answer that; what was on its way to the killed shells is not for the new ones. */
export const GO_ON = "cirrus: go on";

/**
 * The first process. The shells end with their input when this program dies, and the container with them: nothing
 * runs on without its worker. Both are its own children, so that it knows them to be gone before new ones read.
 */
export const KEEP_SHELLS = `exec 3>&1
while :; do
/bin/sh 4>&1 >&3 3>&- | /bin/sh >&3 3>&-
printf '\\n%s\\n' '${RESTARTED}' >&2
l=
until [ "$l" = '${GO_ON}' ]; do IFS= read -r l || exit 0; done
done`;

/**
 * What both shells know. `tell KEY CODE TEXT` writes a record. `sweep SIGNAL MARK` sends a signal to every living
 * process with that mark (see `programMark`), TERM once to each, and sets `left` to how many there are.
 */
export const FUNCTIONS = `tell() {
v=$3
while :; do
case $v in *"
"*) ;; *) break;; esac
printf '%s %s + %s\\n' "$N" "$1" "\${v%%"
"*}" >&7
v=\${v#*"
"}
done
printf '%s %s %s %s\\n' "$N" "$1" "$2" "$v" >&7
}
sweep() {
left=0
for p in /proc/[0-9]*; do
m= s=
while read -r a b c d e; do [ "$a $b $c" = 'Max resident set' ] && m=$d && break; done <"$p/limits"
[ "$m" = "$2" ] || continue
while read -r a b c; do [ "$a" = State: ] && s=$b && break; done <"$p/status"
case $s in Z|X|'') continue;; esac
left=$((left+1)) p=\${p#/proc/}
if [ "$1" = TERM ]; then
[ "$asking" = "$2" ] || asking=$2 asked=
case " $asked " in *" $p "*) continue;; esac
asked="$asked $p"
fi
kill -s "$1" "$p"
done
} 2>/dev/null
end() { i=0; while sweep KILL "$1"; [ $left -gt 0 ] && [ $i -lt 50 ]; do i=$((i+1)); done; }`;

/** The first of the marks; there is no such amount of memory. */
const FIRST_KIBIBYTES = 2 ** 51;

/**
 * By what the processes of one program are told from all others of the container: their soft limit of resident memory,
 * which Linux does not enforce (getrlimit(2), RLIMIT_RSS), which every child inherits and everybody can read.
 * In KiB, as `ulimit -m` takes it.
 */
export function programMark(number: number): number {
  return FIRST_KIBIBYTES + number;
}

/** The same limit as \`/proc/PID/limits\` shows it. Decimal digits: it is too large for a number. */
export function markInProc(mark: number): string {
  return String(BigInt(mark) * 1024n);
}
