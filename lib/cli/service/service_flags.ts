import type { DefinedFlags } from "./given_flags.ts";

/** The flags of `uninstall`. */
export const UNINSTALL_FLAGS = {
  dryRun: { kind: "boolean", brief: "Change nothing; print what would be written, or removed" },
  serviceName: {
    kind: "parsed",
    parse: checkServiceName,
    placeholder: "NAME",
    brief: "Names the service on this host, for a second one beside the first",
  },
} as const satisfies DefinedFlags;

/** The flags of `install`, beside those of the program itself. */
export const INSTALL_FLAGS = {
  ...UNINSTALL_FLAGS,
  replace: { kind: "boolean", brief: "Write over the definition of a service of this name" },
} as const satisfies DefinedFlags;

/** Throws a `SyntaxError` where a text is no name of a service on every system. */
function checkServiceName(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text)) return text;
  throw new SyntaxError("expected letters, digits, dots, hyphens and underscores");
}
