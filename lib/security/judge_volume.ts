import { otherHome } from "./homes.ts";
import { literalHead, matchesPattern } from "./pattern.ts";
import type { VolumeRule } from "./security_options.ts";
import type { VolumeSource } from "./volume_source.ts";

/** A volume that a task asks for. */
export interface RequestedVolume {
  readonly source: VolumeSource;
  readonly readOnly: boolean;
  /** Whether it is removed after the task. */
  readonly cleanup: boolean;
}

export interface VolumeJudgement {
  /** In order: the first that matches decides. Links in their literal parts must be resolved. */
  readonly rules: readonly VolumeRule[];
  /** The home of whom tasks run as, resolved. */
  readonly ownHome: string | undefined;
  /** Whether only a folder can be mounted. */
  readonly foldersOnly: boolean;
}

/**
 * What a volume may do: be mounted from `path`, or not, where `why` completes "it ...".
 *
 * A `*` stands for no socket, pipe or device and for nobody else's home: those must be named by what the
 * pattern says literally.
 */
export type VolumeVerdict =
  | { readonly kind: "allowed"; readonly path: string }
  | { readonly kind: "refused"; readonly why: string };

/** Judges a volume by the first rule that matches it; one that none matches is refused. */
export function judgeVolume(volume: RequestedVolume, judgement: VolumeJudgement): VolumeVerdict {
  const { source, readOnly, cleanup } = volume;
  if (source.kind === "unfit") return refused(source.why);
  const { path, is } = source;
  const { rules, ownHome, foldersOnly } = judgement;
  if (foldersOnly && is !== "folder" && is !== "missing") return refused(`is ${path}, which is no folder`);
  const matching = rules.filter((rule) => matchesPattern(rule.source, path));
  const rule = matching.find((rule) => names(rule.source, { path, is, ownHome }));
  if (rule?.["force-readonly"] && !readOnly) return refused(`is ${path}, which is allowed only read-only`);
  if (rule?.["force-readonly"] && cleanup) {
    return refused(`is ${path}, which is allowed only read-only, and not to be removed after the task`);
  }
  if (rule) return { kind: "allowed", path };
  if (matching.length === 0) return refused(`is ${path}, which matches none of those allowed`);
  return refused(
    is === "special"
      ? `is ${path}, a socket, pipe or device, which only a pattern without * allows`
      : `is ${path}, in the home of another user, which only a pattern that names that home allows`,
  );
}

/** Whether a pattern that matches also means what stands there. */
function names(
  pattern: string,
  { path, is, ownHome }: { path: string; is: string; ownHome: string | undefined },
): boolean {
  if (!pattern.includes("*")) return true;
  const home = otherHome(path.replace(/(?<=.)\/$/, ""), ownHome);
  if (is === "special" || home === "/") return false;
  return home === undefined || literalHead(pattern).startsWith(`${home}/`);
}

function refused(why: string): VolumeVerdict {
  return { kind: "refused", why };
}
