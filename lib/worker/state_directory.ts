import { join } from "node:path";

/** What the choice of a state directory depends on. */
export interface StateDirectoryFacts {
  /** The operating system in Deno's spelling. */
  readonly os: string;
  readonly environment: Pick<typeof Deno.env, "get">;
}

/**
 * Where the workers of this host write down what they own when nothing is configured: systemd's
 * `STATE_DIRECTORY`, else the platform's folder for state. Throws when there is none, and says to name one with `flag`.
 */
export function defaultStateDirectory(
  facts: StateDirectoryFacts = { os: Deno.build.os, environment: Deno.env },
  { flag = "--state-dir" }: { readonly flag?: string } = {},
): string {
  const get = (name: string) => facts.environment.get(name) || undefined;
  // systemd lists several folders with colons between them; the first one is as good as any.
  const given = get("STATE_DIRECTORY")?.split(":")[0];
  if (given) return given;
  const base = platformFolder(facts.os, get);
  if (base === undefined) {
    throw new Error(
      `Could not choose a state directory: neither HOME nor STATE_DIRECTORY is set; name one with ${flag}`,
    );
  }
  return join(base, "cirrus");
}

function platformFolder(os: string, get: (name: string) => string | undefined): string | undefined {
  if (os === "windows") return get("LOCALAPPDATA");
  const home = get("HOME");
  if (os === "darwin") return home && join(home, "Library", "Application Support");
  return get("XDG_STATE_HOME") ?? (home && join(home, ".local", "state"));
}
