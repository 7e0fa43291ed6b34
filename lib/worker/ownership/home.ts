import { join } from "node:path";

/**
 * Names a state directory and the host that it is on, unlike all others: what has the name of a home belongs to it.
 * The home is given one when it is asked for the first time.
 */
export function nameHome(stateDirectory: string): string {
  const path = homeFile(stateDirectory);
  const unfinished = `${path}.${crypto.randomUUID()}`;
  try {
    Deno.writeTextFileSync(unfinished, crypto.randomUUID(), { mode: 0o600 });
    Deno.linkSync(unfinished, path);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  } finally {
    Deno.removeSync(unfinished);
  }
  return named(Deno.readTextFileSync(path));
}

/** The name of a home; undefined where it has none by now. */
export function homeName(stateDirectory: string): string | undefined {
  try {
    return named(Deno.readTextFileSync(homeFile(stateDirectory)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function homeFile(stateDirectory: string): string {
  return join(stateDirectory, "home");
}

/** A copy of the whole host has the same file and another name. */
function named(id: string): string {
  return `${Deno.hostname()}/${id}`;
}
