import { z } from "zod";
import { controllerOptions } from "../../controller/controller_options.ts";
import type { YamlNode } from "../../diagnostics/yaml_node.ts";
import { logOptions } from "../../logging/log_options.ts";
import { byteSizeOption } from "../../units/byte_size_option.ts";
import type { Problem } from "../reading/check_value.ts";
import { valueOf } from "../reading/exclusive_keys.ts";
import type { ConfigKind } from "../reading/read_config.ts";

/** What the file of a controller may say. */
export const controllerSchema = z.strictObject({
  ...controllerOptions,
  log: logOptions({ size: byteSizeOption }).optional(),
}).describe("What a controller of Cirrus CI is told");

/** What the file of a controller says. */
export type ControllerConfig = z.output<typeof controllerSchema>;

/** The file of a controller. */
export const controllerConfig: ConfigKind<ControllerConfig> = {
  schema: controllerSchema,
  rules: [wholeCertificate],
};

function wholeCertificate(root: YamlNode): readonly Problem[] {
  const [cert, key] = [valueOf(root, "tls-cert"), valueOf(root, "tls-key")];
  if (cert && !key) {
    return [{ message: '"tls-cert" needs the private key too: write "tls-key"', position: cert.at }];
  }
  if (key && !cert) {
    return [{ message: '"tls-key" needs the certificate too: write "tls-cert"', position: key.at }];
  }
  const insecure = valueOf(root, "insecure");
  if (!cert || insecure?.kind !== "scalar" || insecure.text !== "true") return [];
  const { line, column } = cert.at;
  const message =
    `"insecure" means plaintext, and "tls-cert" (at ${line}:${column}) does not: remove one of them`;
  return [{ message, position: insecure.at }];
}
