/**
 * A worker's stand-in that owns a directory and processes on this host, for tests to kill: opens a ledger in
 * the state directory of its first argument, prepares a place below the second one, starts a script there that
 * detaches itself, prints what it made as one line of JSON, and stays.
 */
import { NoneIsolation } from "../../../lib/isolation/none.ts";
import { OwnerLedger } from "../../../lib/worker/ownership/owner_ledger.ts";

/** What the program prints. */
export interface Owned {
  readonly directory: string;
  /** A process that has left its session and group. */
  readonly pid: number;
}

if (import.meta.main) {
  const [stateDirectory = "", parentDirectory = ""] = Deno.args;
  const ledger = await OwnerLedger.open(stateDirectory);
  const isolation = new NoneIsolation({ environment: new Map([["PATH", "/usr/bin:/bin"]]), parentDirectory });
  const machine = await isolation.prepare({
    taskId: "1",
    progress: () => {},
    signal: new AbortController().signal,
    ledger,
  });
  const process = await machine.spawn({
    argv: ["sh", "-c", "setsid sh -c 'echo $$; exec sleep 1000' & wait"],
    environment: machine.environment,
    workingDirectory: machine.workingDirectory,
  }, { signal: new AbortController().signal });
  for await (const chunk of process.output) {
    const pid = parseInt(new TextDecoder().decode(chunk));
    console.log(JSON.stringify({ directory: machine.workingDirectory, pid } satisfies Owned));
  }
}
