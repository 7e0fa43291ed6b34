import assert from "node:assert/strict";
import { CONTROLLER_RUN_FLAGS } from "../../lib/cli/controller/controller_flags.ts";
import { controllerConfig, controllerSchema } from "../../lib/config/controller/controller_config.ts";
import { configSchema } from "../../lib/config/config_schema.ts";
import { parseConfig } from "../../lib/config/reading/read_config.ts";

const keyOf = (flag: string) => flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

Deno.test("every flag of a controller is a key of its file, with the same default", () => {
  const { properties = {} } = configSchema(controllerSchema);
  for (const [flag, definition] of Object.entries(CONTROLLER_RUN_FLAGS)) {
    if (flag === "file") continue;
    const property = properties[keyOf(flag)];
    assert.ok(typeof property === "object", flag);
    const byDefault = "default" in definition ? definition.default : undefined;
    const expected = definition.kind === "boolean" ? byDefault ?? false : byDefault;
    assert.equal(property.default, expected, flag);
  }
});

Deno.test("every key of a controller's file is read", () => {
  const source = `
listen: 0.0.0.0:6130
http-listen: "[::1]:6131"
public-url: https://ci.example.com
tls-cert: /cert.pem
tls-key: /key.pem
registration-token-file: /token
api-token-file: /api-token
data-dir: /data
keep: 90d
max-disk: 1 GB
queue-timeout: 90m
worker-timeout: 30s
log: {level: error}
`;
  assert.deepEqual(parseConfig(source, { path: "controller.yml", kind: controllerConfig }).value, {
    listen: { hostname: "0.0.0.0", port: 6130 },
    "http-listen": { hostname: "::1", port: 6131 },
    "public-url": "https://ci.example.com",
    "tls-cert": "/cert.pem",
    "tls-key": "/key.pem",
    "registration-token-file": "/token",
    "api-token-file": "/api-token",
    "data-dir": "/data",
    keep: 90 * 24 * 3_600_000,
    "max-disk": 1e9,
    "queue-timeout": 90 * 60_000,
    "worker-timeout": 30_000,
    log: { level: "error", format: undefined, file: undefined },
  });
});

Deno.test("a certificate and plaintext exclude each other", () => {
  assert.throws(
    () => parseConfig("tls-cert: a\ntls-key: b\ninsecure: true\n", { path: "c.yml", kind: controllerConfig }),
    /c\.yml:3:1: "insecure" means plaintext, and "tls-cert" \(at 1:1\) does not/,
  );
});
