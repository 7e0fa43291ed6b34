import type { YamlNode } from "../../diagnostics/yaml_node.ts";
import type { UpstreamOptions } from "../../worker/options/worker_options.ts";
import { valueOf } from "../reading/exclusive_keys.ts";
import { NamedFiles } from "../reading/named_files.ts";
import type { ReadConfig } from "../reading/read_config.ts";
import type { WorkerConfig } from "./worker_config.ts";

/** What a worker's file says of upstreams, tokens read from their files. */
export type ConfiguredUpstreams =
  | { readonly kind: "several"; readonly upstreams: readonly UpstreamOptions[]; readonly node: YamlNode }
  /** What is absent is for flags and the environment to say. */
  | { readonly kind: "one"; readonly endpoint?: string; readonly caFile?: string; readonly token?: string };

/** Reads the tokens. Rejects with a `ConfigError` where a file is not fit to be read, or an upstream is there twice. */
export async function configuredUpstreams(config: ReadConfig<WorkerConfig>): Promise<ConfiguredUpstreams> {
  const files = new NamedFiles();
  const several = valueOf(config.root, "upstreams");
  const upstreams = several
    ? await severalUpstreams(several, { config, files })
    : await oneUpstream(config, files);
  if (files.problems.length > 0) throw config.error(files.problems);
  return upstreams;
}

async function oneUpstream(
  { value, root }: ReadConfig<WorkerConfig>,
  files: NamedFiles,
): Promise<ConfiguredUpstreams> {
  const token = value.token ?? await files.token(valueOf(root, "token-file"));
  const { endpoint, "ca-file": caFile } = value.rpc ?? {};
  await files.check(valueOf(valueOf(root, "rpc"), "ca-file"));
  return {
    kind: "one",
    ...endpoint !== undefined && { endpoint },
    ...caFile !== undefined && { caFile },
    ...token !== undefined && { token },
  };
}

async function severalUpstreams(
  node: YamlNode,
  { config, files }: { readonly config: ReadConfig<WorkerConfig>; readonly files: NamedFiles },
): Promise<ConfiguredUpstreams> {
  const items = node.kind === "list" ? node.children : [];
  const upstreams: UpstreamOptions[] = [];
  for (const [index, configured] of (config.value.upstreams ?? []).entries()) {
    const { endpoint, "ca-file": caFile } = configured;
    const item = items[index];
    const token = configured.token ?? await files.token(valueOf(item, "token-file"));
    await files.check(valueOf(item, "ca-file"));
    // What is wrong with its file is told already.
    if (token === undefined) continue;
    if (item && upstreams.some((other) => other.endpoint === endpoint && other.token === token)) {
      const message = `The upstream ${endpoint} is there twice with one token: remove one of them`;
      files.problems.push({ message, position: item.at });
    }
    upstreams.push({ endpoint, token, ...caFile !== undefined && { caFile } });
  }
  return { kind: "several", upstreams, node };
}
