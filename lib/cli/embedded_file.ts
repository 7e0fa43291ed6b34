/**
 * The text of a file that compiling put into the executable, or undefined where the program runs from its sources.
 * The bundle's files and the folder `assets` are beside each other there: see `scripts/release/stage_program.ts`.
 */
export function embeddedFile(name: "build.json" | "third_party_notices.txt"): string | undefined {
  if (!Deno.build.standalone) return undefined;
  return Deno.readTextFileSync(new URL(`../assets/${name}`, import.meta.url));
}
