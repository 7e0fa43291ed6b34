import { z } from "zod";
import { childOf, type YamlNode } from "../../diagnostics/yaml_node.ts";
import { tuningOptions } from "../../isolation/tuning_options.ts";
import { logOptions } from "../../logging/log_options.ts";
import { securityOptions } from "../../security/security_options.ts";
import { telemetryOptions } from "../../telemetry/telemetry_options.ts";
import { byteSizeOption } from "../../units/byte_size_option.ts";
import { CLOUD_ENDPOINT } from "../../worker/options/cloud_endpoint.ts";
import { healthOptions } from "../../worker/health/health_options.ts";
import { labelOptions, nameOption, resourceOptions } from "../../worker/options/identity_options.ts";
import { modifierOptions } from "../../worker/modifiers/modifier_options.ts";
import { prePullOptions } from "../../worker/pre_pull/pre_pull_options.ts";
import { standbyOptions } from "../../worker/standby/standby_options.ts";
import {
  rpcOptions,
  tokenFileOption,
  tokenOption,
  upstreamsOption,
} from "../../worker/options/upstream_keys.ts";
import type { Problem } from "../reading/check_value.ts";
import { exclusiveKeys, valueOf } from "../reading/exclusive_keys.ts";
import { noEmptySecurity } from "../reading/no_empty_security.ts";
import type { ConfigKind } from "../reading/read_config.ts";

/** What the file of a worker may say: each room's own options. */
export const workerSchema = z.strictObject({
  token: tokenOption.optional(),
  "token-file": tokenFileOption.optional(),
  name: nameOption.optional(),
  labels: labelOptions.optional(),
  resources: resourceOptions.optional(),
  log: logOptions({ size: byteSizeOption }).optional(),
  rpc: rpcOptions.optional(),
  upstreams: upstreamsOption.optional(),
  security: securityOptions.optional().meta({
    description: "What tasks may ask of this host; everything but volumes of Tart when not given",
    examples: [{
      "allowed-isolations": { container: { "allowed-images": ["ghcr.io/example/*", "debian:*"] } },
    }],
  }),
  standby: standbyOptions.optional(),
  "resource-modifiers": modifierOptions.optional(),
  tuning: tuningOptions.optional(),
  "tart-pre-pull": prePullOptions.optional(),
  telemetry: telemetryOptions.optional(),
  health: healthOptions.optional(),
}).describe("What a persistent worker of Cirrus CI is told");

/** What the file of a worker says. */
export type WorkerConfig = z.output<typeof workerSchema>;

/** The file of a worker. */
export const workerConfig: ConfigKind<WorkerConfig> = {
  schema: workerSchema,
  rules: [noEmptySecurity, oneKindOfUpstream, oneTokenEach],
};

function oneKindOfUpstream(root: YamlNode): readonly Problem[] {
  const upstreams = valueOf(root, "upstreams");
  const rpc = valueOf(root, "rpc");
  const endpoint = valueOf(rpc, "endpoint");
  const isDefault = endpoint?.kind === "scalar" && endpoint.text === CLOUD_ENDPOINT;
  return [
    valueOf(root, "token"),
    valueOf(root, "token-file"),
    isDefault ? undefined : endpoint,
    valueOf(rpc, "ca-file"),
  ].flatMap((key) => exclusiveKeys(key, upstreams));
}

function oneTokenEach(root: YamlNode): readonly Problem[] {
  const upstreams = childOf(root, "upstreams");
  const items = upstreams?.kind === "list" ? upstreams.children : [];
  return [
    ...[root, ...items].flatMap((map) => exclusiveKeys(valueOf(map, "token"), valueOf(map, "token-file"))),
    ...items.filter((item) => item.kind === "map" && !valueOf(item, "token") && !valueOf(item, "token-file"))
      .map(({ at }) => ({
        message: 'An upstream needs a registration token: write "token-file" or "token"',
        position: at,
      })),
  ];
}
