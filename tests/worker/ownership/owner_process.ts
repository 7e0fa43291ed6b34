import type { Owned } from "./owner_program.ts";

/** A process that owns a directory and a detached process, by the ledger of `stateDirectory`. */
export interface OwnerProcess extends AsyncDisposable {
  readonly owned: Owned;
  /** Ends it as the system would: without a chance to clean up. */
  kill(): Promise<void>;
}

/** Starts `owner_program.ts` and waits until it owns something. */
export async function startOwner(
  options: { stateDirectory: string; parentDirectory: string },
): Promise<OwnerProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--no-check",
      new URL("owner_program.ts", import.meta.url).href,
      options.stateDirectory,
      options.parentDirectory,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error("The owner ended before it owned anything");
    text += value;
  }
  const kill = async () => {
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
  };
  let killed: Promise<void> | undefined;
  return {
    owned: JSON.parse(text),
    kill: () => killed ??= kill(),
    [Symbol.asyncDispose]: () => killed ??= kill(),
  };
}

/** Whether a process runs; one that is dead but not waited for yet does not. */
export async function runs(pid: number): Promise<boolean> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "stat=", "-p", String(pid)] }).output();
  const state = new TextDecoder().decode(stdout).trim();
  return state !== "" && !state.startsWith("Z");
}
