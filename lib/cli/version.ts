import { hostPlatform } from "../machine/host_platform.ts";
import { checkedOutCommit } from "./checked_out_commit.ts";
import { embeddedFile } from "./embedded_file.ts";
import denoConfig from "../../deno.json" with { type: "json" };

/** The version of this program, as `deno.json` states it. */
export const VERSION: string = denoConfig.version;

/** The line that `--version` prints: version, commit, Deno, operating system and architecture. */
export function describeVersion(): string {
  const { os, arch } = hostPlatform();
  return `cirrus ${VERSION} (commit ${commit()}, Deno ${Deno.version.deno}, ${os}/${arch})`;
}

function commit(): string {
  const build = embeddedFile("build.json");
  if (build === undefined) return checkedOutCommit(new URL("../../", import.meta.url)) ?? "unknown";
  const { commit, date }: Record<string, unknown> = JSON.parse(build);
  return `${commit} of ${date}`;
}
