import assert from "node:assert/strict";
import { securityOptions } from "../../lib/security/security_options.ts";

function problems(value: unknown): string[] {
  const { error } = securityOptions.safeParse(value);
  return error?.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`) ?? [];
}

Deno.test("every key of the settings is read", () => {
  const settings = {
    "allowed-isolations": {
      none: {},
      parallels: {},
      container: { "allowed-images": ["*"], "allowed-volumes": [{ source: "/srv/*" }] },
      tart: {
        "allowed-images": ["ghcr.io/*"],
        "allowed-volumes": [{ source: "/srv/*", "force-readonly": true }],
        "force-softnet": true,
        "softnet-allow": ["10.0.0.0/8"],
      },
      vetu: { "allowed-images": ["ghcr.io/*"] },
    },
  };
  assert.deepEqual(securityOptions.parse(settings), settings);
  assert.deepEqual(securityOptions.parse({}), {});
});

Deno.test("a misspelt key is an error at every depth", () => {
  for (
    const value of [
      { "allowed-isolation": {} },
      { "allowed-isolations": { Tart: {} } },
      { "allowed-isolations": { none: { "allowed-images": [] } } },
      { "allowed-isolations": { tart: { "force-soft-net": true } } },
      { "allowed-isolations": { tart: { "allowed-volumes": [{ source: "/x", "force-read-only": true }] } } },
    ]
  ) assert.match(problems(value).join(), /Unrecognized key/);
});

Deno.test("a null is an error at every depth", () => {
  for (
    const value of [
      null,
      { "allowed-isolations": null },
      { "allowed-isolations": { none: null } },
      { "allowed-isolations": { tart: { "allowed-images": null } } },
      { "allowed-isolations": { tart: { "allowed-images": [null] } } },
      {
        "allowed-isolations": {
          container: { "allowed-volumes": [{ source: "/x", "force-readonly": null }] },
        },
      },
    ]
  ) assert.match(problems(value).join(), /received null/);
});

Deno.test("a pattern that can match no volume is an error", () => {
  for (const source of ["", "cache/*", "~/cache", "../x", "/a/../b", "/a/./b", "/a//b", "/a/.."]) {
    const volumes = { "allowed-isolations": { tart: { "allowed-volumes": [{ source }] } } };
    assert.match(problems(volumes).join(), /0\.source: no volume's source can match it/, source);
  }
  for (const source of ["*", "/", "/a/", "/a/..*", "/a/.b/*", "*/cache"]) {
    assert.deepEqual(problems({ "allowed-isolations": { tart: { "allowed-volumes": [{ source }] } } }), []);
  }
});

Deno.test("a network that is none is an error", () => {
  for (const network of ["10.0.0.0", "10.0.0.0/33", "10.0.0.0/8,0.0.0.0/0", "--flag"]) {
    assert.match(
      problems({ "allowed-isolations": { tart: { "softnet-allow": [network] } } }).join(),
      /softnet-allow\.0: /,
    );
  }
});
