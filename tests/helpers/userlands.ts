import { homedir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../lib/process/run_command.ts";
import { temporaryDirectory } from "./temporary_directory.ts";

/** How long making one may take: it downloads 40 MB. In milliseconds. */
const TIMEOUT_MS = 240_000;

/** What of Debian no test looks at. */
const UNUSED = ["usr/share/doc", "usr/share/locale", "usr/share/man", "usr/share/info", "usr/share/zoneinfo"];

/**
 * A tar of Debian's smallest root, as `debootstrap` unpacks it: dash as `/bin/sh`, bash, GNU's tools, perl and apt. No
 * script of a package has run in it, which would take twice as long.
 */
export function debianRoot(): Promise<string> {
  return kept("debian-bookworm.tar", async (path, folder) => {
    const root = join(folder, "root");
    await run(["debootstrap", "--foreign", "--variant=minbase", "bookworm", root]);
    const exclude = ["debootstrap", "dev", "proc", "sys", "var", ...UNUSED].map((name) =>
      `--exclude=./${name}`
    );
    await run(["tar", "-c", "--numeric-owner", ...exclude, "-C", root, "-f", path, "."]);
  });
}

/** The shared library of musl, which is its loader, too. */
export const MUSL = `/lib/ld-musl-${Deno.build.arch}.so.1`;

/** dash, linked with the shared library of musl: Debian has its source, but no shell that is. */
export function muslShell(): Promise<string> {
  return kept("musl-dash", async (path, folder) => {
    const script = `cd "$1" && mkdir -p lists/partial
apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
  sed -n 's/^/deb-src /; / main$/{p;q}' > sources.list
apt() { apt-get -q -o Dir::Etc::sourcelist="$1/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$1/lists" "$2" $3 $4; }
apt "$1" update && apt "$1" source --download-only dash && tar -xf dash_*.orig.tar.gz && cd dash-* || exit
CC=musl-gcc ./configure --disable-dependency-tracking && make && cp src/dash "$2"`;
    await run(["sh", "-c", script, "sh", folder, path]);
  });
}

/** A file that takes long to make: kept in the user's cache folder from one run of the tests to the next. */
async function kept(
  name: string,
  make: (path: string, folder: string) => Promise<void>,
): Promise<string> {
  const cache = join(Deno.env.get("XDG_CACHE_HOME") ?? join(homedir(), ".cache"), "cirrus-tests");
  await Deno.mkdir(cache, { recursive: true });
  const path = join(cache, name);
  // Another test file may want it, too.
  using lock = await Deno.open(`${path}.lock`, { write: true, create: true });
  await lock.lock(true);
  if (await Deno.stat(path).then(() => true, () => false)) return path;
  await using folder = await temporaryDirectory();
  const unfinished = `${path}.new`;
  await make(unfinished, folder.path);
  await Deno.rename(unfinished, path);
  return path;
}

async function run(argv: [string, ...string[]]): Promise<void> {
  await runCommand(argv, { timeoutMs: TIMEOUT_MS });
}
