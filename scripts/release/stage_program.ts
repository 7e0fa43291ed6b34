import { join } from "node:path";
import { bundleProgram } from "./bundle.ts";
import type { BuildIdentity } from "./build_identity.ts";
import { readDependencies } from "./dependencies.ts";
import { thirdPartyNotices } from "./third_party_notices.ts";

/**
 * Writes to `directory` what every executable holds, the same for each platform: `bundle/` and `assets/`. An
 * executable keeps the times of these files, so they all get the commit's: two builds of it are the same bytes.
 */
export async function stageProgram(root: string, directory: string, identity: BuildIdentity): Promise<void> {
  const assets = join(directory, "assets");
  await Deno.mkdir(assets, { recursive: true });
  await bundleProgram(root, join(directory, "bundle"));
  const { commit, changed, date } = identity;
  await Deno.writeTextFile(
    join(assets, "build.json"),
    JSON.stringify({
      commit: `${commit.slice(0, 10)}${changed ? "+changes" : ""}`,
      date: date.toISOString().slice(0, 10),
    }),
  );
  await Deno.writeTextFile(
    join(assets, "third_party_notices.txt"),
    thirdPartyNotices(await readDependencies(root)),
  );
  await setTimes(directory, date);
}

async function setTimes(path: string, date: Date): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(path)) {
    if (isDirectory) await setTimes(join(path, name), date);
    else await Deno.utime(join(path, name), date, date);
  }
  await Deno.utime(path, date, date);
}
