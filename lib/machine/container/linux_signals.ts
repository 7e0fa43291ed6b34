/** The names of Linux's signals from 1 up, on all processors that containers are for: signal(7). */
const SIGNALS = [
  ..."HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT".split(" "),
  ..."CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS".split(" "),
];

/** `SIGKILL` for 9. */
export function linuxSignal(number: number): string {
  const name = SIGNALS[number - 1];
  return name === undefined ? `signal ${number}` : `SIG${name}`;
}
