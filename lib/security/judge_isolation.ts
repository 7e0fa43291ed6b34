import { clone } from "@bufbuild/protobuf";
import { type Isolation, IsolationSchema } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { matchesPattern } from "./pattern.ts";
import { placeVolumes } from "./place_volumes.ts";
import { refusal } from "./refusal.ts";
import type { AllowedIsolations, SecurityOptions } from "./security_options.ts";

/** What a worker's security settings say to the isolation that a task asks for. */
export type Verdict =
  | {
    readonly kind: "allowed";
    /** What to prepare instead of what was asked for: volumes by their real paths, Softnet where it is forced. */
    readonly isolation: Isolation | undefined;
    /** What machines of Tart behind Softnet may reach all the same, in CIDR notation. */
    readonly softnetAllow: readonly string[];
  }
  /** `message` is for the person who waits for the task. */
  | { readonly kind: "refused"; readonly message: string };

/** What a task is judged by. */
export interface JudgeOptions {
  readonly settings: SecurityOptions;
  /** The home of whom tasks run as. */
  readonly ownHome: string | undefined;
}

/** Judges the isolation that a task asks for; undefined means none. Of the host it looks only at where volumes lead. */
export async function judgeIsolation(
  isolation: Isolation | undefined,
  { settings, ownHome }: JudgeOptions,
): Promise<Verdict> {
  const allowed = settings["allowed-isolations"];
  const kind = isolation === undefined ? "none" : isolation.type.case;
  if (allowed && !(kind && allowed[kind])) {
    return { kind: "refused", message: refuseIsolation(kind, allowed) };
  }
  const judged = isolation && clone(IsolationSchema, isolation);
  const message = await objection(judged, { allowed: allowed ?? {}, ownHome });
  if (message !== undefined) return { kind: "refused", message };
  return { kind: "allowed", isolation: judged, softnetAllow: allowed?.tart?.["softnet-allow"] ?? [] };
}

/** Makes the isolation what the settings want it to be, or says why they refuse it. */
async function objection(
  isolation: Isolation | undefined,
  { allowed, ownHome }: { allowed: AllowedIsolations; ownHome: string | undefined },
): Promise<string | undefined> {
  switch (isolation?.type.case) {
    case "container": {
      const { "allowed-images": images, "allowed-volumes": rules } = allowed.container ?? {};
      const { image, volumes } = isolation.type.value;
      return judgeImage(image, { kind: "container", patterns: images }) ??
        (rules && await placeVolumes(volumes, { kind: "container", rules, ownHome }));
    }
    case "tart": {
      const { "allowed-images": images, "allowed-volumes": rules = [], ...network } = allowed.tart ?? {};
      const machine = isolation.type.value;
      if (network["force-softnet"]) machine.softnet = true;
      return judgeImage(machine.image, { kind: "tart", patterns: images }) ??
        await placeVolumes(machine.volumes, { kind: "tart", rules, ownHome });
    }
    case "vetu":
      return judgeImage(isolation.type.value.image, {
        kind: "vetu",
        patterns: allowed.vetu?.["allowed-images"],
      });
    default:
      return undefined;
  }
}

function refuseIsolation(kind: keyof AllowedIsolations | undefined, allowed: AllowedIsolations): string {
  const names = Object.entries(allowed).filter(([, policy]) => policy !== undefined).map(([name]) => name);
  const why = `is not among those allowed (${names.join(", ") || "none at all"})`;
  return refusal(`isolation ${kind === undefined ? "of a kind that it does not know" : `"${kind}"`}`, {
    why,
  });
}

/** An empty or absent list allows all but what a program could take for a flag of its own. */
function judgeImage(
  image: string,
  { kind, patterns = [] }: { kind: "container" | "tart" | "vetu"; patterns: readonly string[] | undefined },
): string | undefined {
  const isFlag = image.startsWith("-");
  const isAllowed = patterns.length === 0 || patterns.some((pattern) => matchesPattern(pattern, image));
  if (isAllowed && !isFlag) return undefined;
  return refusal(`image ${JSON.stringify(image)}`, {
    why: isFlag ? "begins with a dash, as no image does" : "matches none of those allowed",
    key: `.${kind}.allowed-images`,
  });
}
