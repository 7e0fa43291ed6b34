import assert from "node:assert/strict";
import { join } from "node:path";
import { fetchProgress } from "../../../lib/agent/clone/fetch_progress.ts";
import { HostGit } from "../../../lib/agent/clone/host_git.ts";
import { Mirror } from "../../../lib/agent/clone/mirror.ts";
import { parseRepositoryUrl } from "../../../lib/agent/clone/repository_url.ts";
import { requireEngine } from "../../helpers/require_engine.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { Origin } from "./origin.ts";

Deno.test("what a fetch has received so far is told, and nothing of an earlier one", async () => {
  await using directory = await temporaryDirectory();
  const packs = join(directory.path, "objects", "pack");
  await Deno.mkdir(packs, { recursive: true });
  await Deno.writeFile(join(packs, "tmp_pack_old"), new Uint8Array(700));
  await Deno.writeFile(join(packs, "pack-1.pack"), new Uint8Array(700));
  const lines = new TransformStream<string, string>();
  const writer = lines.writable.getWriter();
  using _progress = await fetchProgress(directory.path, {
    log: (line) => void writer.write(line).catch(() => {}),
    everyMs: 1,
  });
  const said = async (wanted: string) => {
    for await (const line of lines.readable.values({ preventCancel: true })) if (line === wanted) return;
  };
  await said("Fetching: nothing received so far");
  await Deno.writeFile(join(packs, "tmp_pack_new"), new Uint8Array(5_000));
  await said("Fetching: 5 KB received so far");
  await Deno.rename(join(packs, "tmp_pack_new"), join(packs, "pack-2.pack"));
  await said("Fetching: nothing received so far");
});

Deno.test({
  name: "a fetch into a mirror says how far it is",
  ...requireEngine("git"),
  async fn() {
    await using origin = await Origin.start();
    await origin.commit({ "a.txt": "one" });
    await using directory = await temporaryDirectory();
    const { signal } = new AbortController();
    const lines: string[] = [];
    const mirror = new Mirror(join(directory.path, "mirror"), {
      git: new HostGit({ kinds: ["http"], signal }),
      url: parseRepositoryUrl(origin.url),
      log: (line) => void lines.push(line),
      signal,
      progressMs: 1,
    });
    await mirror.fetch({
      ref: { title: "main", remote: "refs/heads/main", local: "refs/remotes/origin/main" },
      tags: "none",
    });
    assert.match(lines[0] ?? "", /^Fetching: .* received so far$/);
  },
});
