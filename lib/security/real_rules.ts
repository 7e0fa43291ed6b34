import type { VolumeRule } from "./security_options.ts";

/** A first folder that is given literally. */
const FIRST = /^\/[^/*]+(?=\/|$)/;

/**
 * The rules with a link that they begin with resolved, where it stands in the root folder: macOS has `/var`, `/tmp` and
 * `/etc` as links, and patterns name what people call them. Other links are not followed: a task may have
 * made them, in a volume.
 */
export function realRules(rules: readonly VolumeRule[]): Promise<VolumeRule[]> {
  return Promise.all(rules.map(async (rule) => {
    const first = FIRST.exec(rule.source)?.[0];
    if (first === undefined) return rule;
    return { ...rule, source: await resolve(first) + rule.source.slice(first.length) };
  }));
}

async function resolve(first: string): Promise<string> {
  try {
    return await Deno.realPath(first);
  } catch {
    // There is nothing of that name.
    return first;
  }
}
