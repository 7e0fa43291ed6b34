import type { Dependency } from "./dependencies.ts";

/** The licences of all that an executable holds beside our own code, as its users must be given them. */
export function thirdPartyNotices(dependencies: readonly Dependency[]): string {
  const head = [
    "cirrus is made of its own code, the Deno runtime (MIT licence, https://github.com/denoland/deno/blob/main/LICENSE.md)",
    "and the packages below, each under its own licence.",
    "",
  ].join("\n");
  const rule = "-".repeat(80);
  return [
    head,
    ...dependencies.map(({ name, version, licence, licenceText }) =>
      `${rule}\n${name} ${version} (${licence})\n\n${licenceText.trimEnd()}\n`
    ),
  ].join("\n");
}
