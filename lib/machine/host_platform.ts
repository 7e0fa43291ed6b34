import type { Platform } from "./machine.ts";

/** Go's names (GOARCH) for what Deno compiles for; operating systems have the same name in both, but for these. */
const ARCHITECTURES: Readonly<Record<typeof Deno.build.arch, string>> = { x86_64: "amd64", aarch64: "arm64" };

/** The platform that this program runs on, in Go's spelling. */
export function hostPlatform(): Platform {
  return { os: Deno.build.os, arch: ARCHITECTURES[Deno.build.arch] };
}
