import { childOf, type YamlNode } from "../diagnostics/yaml_node.ts";
import { errorMessage } from "../diagnostics/error_message.ts";
import type { UpstreamOptions } from "../worker/worker_options.ts";
import type { Problem } from "./check_value.ts";
import type { ReadConfig } from "./read_config.ts";
import { readTokenFile, UnfitTokenFile } from "./token_file.ts";
import type { WorkerConfig } from "./worker_config.ts";

/** What a worker's file says of upstreams, tokens read from their files. */
export type ConfiguredUpstreams =
  | { readonly kind: "several"; readonly upstreams: readonly UpstreamOptions[]; readonly node: YamlNode }
  /** What is absent is for flags and the environment to say. */
  | { readonly kind: "one"; readonly endpoint?: string; readonly caFile?: string; readonly token?: string };

/** Reads the tokens. Rejects with a `ConfigError` where a file is not fit to be read, or an upstream is there twice. */
export async function configuredUpstreams(config: ReadConfig<WorkerConfig>): Promise<ConfiguredUpstreams> {
  const { value, root } = config;
  const files = new Files();
  const node = childOf(root, "upstreams");
  if (!value.upstreams || node?.kind !== "list") {
    const token = await files.token(value, root);
    const { endpoint, "ca-file": caFile } = value.rpc ?? {};
    await files.check(childOf(childOf(root, "rpc"), "ca-file"));
    if (files.problems.length > 0) throw config.error(files.problems);
    return {
      kind: "one",
      ...endpoint !== undefined && { endpoint },
      ...caFile !== undefined && { caFile },
      ...token !== undefined && { token },
    };
  }
  const upstreams: UpstreamOptions[] = [];
  for (const [index, { endpoint, "ca-file": caFile, ...keys }] of value.upstreams.entries()) {
    const item = node.children[index];
    const token = await files.token(keys, item) ?? "";
    await files.check(childOf(item, "ca-file"));
    const twice = upstreams.some((other) => other.endpoint === endpoint && other.token === token);
    if (twice && item && token !== "") {
      files.problems.push({
        message: `The upstream ${endpoint} is there twice with one token: remove one of them`,
        position: item.at,
      });
    }
    upstreams.push({ endpoint, token, ...caFile !== undefined && { caFile } });
  }
  if (files.problems.length > 0) throw config.error(files.problems);
  return { kind: "several", upstreams, node };
}

/** Reads the files that a configuration names, and keeps what is wrong with them. */
class Files {
  readonly problems: Problem[] = [];

  /** The token of a map, if it has one that can be used. */
  async token(
    { token, "token-file": path }: {
      readonly token?: string | undefined;
      readonly "token-file"?: string | undefined;
    },
    node: YamlNode | undefined,
  ): Promise<string | undefined> {
    if (path === undefined) return token;
    try {
      return await readTokenFile(path);
    } catch (error) {
      const why = errorMessage(error);
      this.#add(
        error instanceof UnfitTokenFile ? why : `Cannot read the token: ${why}`,
        childOf(node, "token-file"),
      );
      return undefined;
    }
  }

  /** Whether the file that a key names can be read. */
  async check(key: YamlNode | undefined): Promise<void> {
    if (key?.kind !== "scalar" || key.isNull) return;
    try {
      await Deno.readTextFile(key.text);
    } catch (error) {
      this.#add(`Cannot read the file of "${key.name}": ${errorMessage(error)}`, key);
    }
  }

  #add(message: string, node: YamlNode | undefined): void {
    this.problems.push({ message, ...node && { position: node.valueAt } });
  }
}
