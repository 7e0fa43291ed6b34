import { hostPlatform } from "../machine/host_platform.ts";
import denoConfig from "../../deno.json" with { type: "json" };

/** The version of this program, as `deno.json` states it. */
export const VERSION: string = denoConfig.version;

/** The line that `--version` prints: version, commit, Deno, operating system and architecture. */
export function describeVersion(): string {
  const { os, arch } = hostPlatform();
  const commit = commitOf(new URL("../../.git/", import.meta.url)) ?? "unknown";
  return `cirrus ${VERSION} (commit ${commit}, Deno ${Deno.version.deno}, ${os}/${arch})`;
}

/** The abbreviated commit that a git directory has checked out, or undefined where there is no such directory. */
function commitOf(gitDirectory: URL): string | undefined {
  const read = (path: string) => {
    try {
      return Deno.readTextFileSync(new URL(path, gitDirectory)).trim();
    } catch {
      return undefined;
    }
  };
  const head = read("HEAD");
  const reference = head?.match(/^ref: (.+)$/)?.[1];
  if (reference === undefined) return head?.slice(0, 10);
  const packed = read("packed-refs")?.split("\n").find((line) => line.endsWith(` ${reference}`));
  return (read(reference) ?? packed)?.slice(0, 10);
}
