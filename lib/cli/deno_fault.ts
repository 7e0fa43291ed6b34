/** The version that this program is tested and released with. */
const PINNED = [2, 9, 3] as const;

/**
 * What is wrong with a version of Deno, and what to run instead; undefined for a version without the fault. From 2.9.4
 * on, a peer's HTTP/2 GOAWAY after a garbage collection ends the whole process (denoland/deno#36788, seen up to 2.9.8);
 * newer ones count as faulty until `tests/rpc/soak` has passed on them, which moves `PINNED`.
 */
export function denoFault(version: string): string | undefined {
  const parts = version.split(/[.-]/, 3).map(Number);
  const index = PINNED.findIndex((pinned, index) => parts[index] !== pinned);
  if (index === -1 || (parts[index] ?? 0) < (PINNED[index] ?? 0)) return undefined;
  const pinned = PINNED.join(".");
  return `Deno ${version} can end this process when an HTTP/2 connection is closed (denoland/deno#36788); ` +
    `run it with Deno ${pinned}: npx -y deno@${pinned} task worker`;
}
