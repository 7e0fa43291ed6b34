import type { Machine } from "../../machine/machine.ts";

/** Prints where the folder `$2` really is unless that is in the folder `$1`. What is not there cannot lead anywhere. */
const CHECK = `
cd -P -- "$1" 2>/dev/null || exit 0
top=\${PWD%/}
cd -P -- "$2" 2>/dev/null || exit 0
case $PWD/ in "$top"/*) ;; *) printf %s "$PWD" ;; esac`;

/**
 * Where links lead a folder whose path is below another one: undefined as long as that is still below it. Windows has
 * no links that tasks make without special rights.
 */
export async function linkedPlace(
  folder: string,
  { machine, top, signal }: { readonly machine: Machine; readonly top: string; readonly signal: AbortSignal },
): Promise<string | undefined> {
  if (machine.platform.os === "windows") return undefined;
  const process = await machine.spawn({
    argv: ["/bin/sh", "-c", CHECK, "sh", top, folder],
    environment: new Map(),
    workingDirectory: "/",
  }, { signal });
  const place = await new Response(process.output).text();
  await process.status;
  signal.throwIfAborted();
  return place === "" ? undefined : place;
}
