import { judgeVolume } from "./judge_volume.ts";
import { realRules } from "./real_rules.ts";
import { refusal } from "./refusal.ts";
import type { VolumeRule } from "./security_options.ts";
import { findVolumeSource, type VolumeSource } from "./volume_source.ts";

/** What the volumes of containers and of machines have in common. */
interface Volume {
  source: string;
  readonly readOnly: boolean;
  /** Machines of Tart have it. */
  readonly cleanup?: boolean;
}

export interface PlacementOptions {
  readonly rules: readonly VolumeRule[];
  /** The home of whom tasks run as. */
  readonly ownHome: string | undefined;
  readonly kind: "container" | "tart";
}

/** Lets each volume come from its real path, or says why the settings refuse one of them. */
export async function placeVolumes(
  volumes: readonly Volume[],
  { rules, ownHome, kind }: PlacementOptions,
): Promise<string | undefined> {
  if (volumes.length === 0) return undefined;
  const judgement = {
    rules: await realRules(rules),
    ownHome: ownHome === undefined ? undefined : pathOf(await findVolumeSource(ownHome)),
    foldersOnly: kind === "tart",
  };
  for (const volume of volumes) {
    const { readOnly, cleanup = false } = volume;
    const source = await findVolumeSource(volume.source);
    const verdict = judgeVolume({ source, readOnly, cleanup }, judgement);
    if (verdict.kind === "refused") {
      const key = `.${kind}.allowed-volumes`;
      return refusal(`volume ${JSON.stringify(volume.source)}`, { why: verdict.why, key });
    }
    volume.source = verdict.path;
  }
  return undefined;
}

function pathOf(source: VolumeSource): string | undefined {
  return source.kind === "place" ? source.path : undefined;
}
