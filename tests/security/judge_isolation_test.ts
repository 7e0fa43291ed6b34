import assert from "node:assert/strict";
import { create, fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { judgeIsolation } from "../../lib/security/judge_isolation.ts";
import { securityOptions } from "../../lib/security/security_options.ts";
import { IsolationSchema } from "../../proto/gen/cirrus_ci_service_pb.ts";

type Asked = MessageInitShape<typeof IsolationSchema>["type"];

function judge(asked: Asked, allowedIsolations?: unknown) {
  const settings = allowedIsolations === undefined ? {} : { "allowed-isolations": allowedIsolations };
  const isolation = asked && create(IsolationSchema, { type: asked });
  return judgeIsolation(isolation, { settings: securityOptions.parse(settings), ownHome: undefined });
}

async function messageOf(...parameters: Parameters<typeof judge>): Promise<string> {
  const verdict = await judge(...parameters);
  assert.equal(verdict.kind, "refused");
  return verdict.kind === "refused" ? verdict.message : "";
}

const KINDS: ReadonlyArray<NonNullable<Asked>> = [
  { case: "none", value: {} },
  { case: "container", value: { image: "debian" } },
  { case: "parallels", value: { image: "windows" } },
  { case: "tart", value: { image: "macos" } },
  { case: "vetu", value: { image: "ubuntu" } },
];

for (const asked of KINDS) {
  const kind = asked.case ?? "";
  Deno.test(`isolation ${kind} is allowed without settings and where it is named, and nowhere else`, async () => {
    assert.equal((await judge(asked)).kind, "allowed");
    assert.equal((await judge(asked, { [kind]: {} })).kind, "allowed");
    const others = Object.fromEntries(
      KINDS.map(({ case: other }) => [other, {}]).filter(([other]) => other !== kind),
    );
    assert.match(
      await messageOf(asked, others),
      new RegExp(
        `^Could not run the task: the worker's security settings refuse the isolation "${kind}", which is not`,
      ),
    );
    assert.match(await messageOf(asked, {}), /those allowed \(none at all\); ask for another one, or let/);
  });
}

Deno.test("no isolation means none", async () => {
  assert.deepEqual(await judge(undefined, { none: {} }), {
    kind: "allowed",
    isolation: undefined,
    softnetAllow: [],
  });
  assert.match(await messageOf(undefined, { tart: {} }), /refuse the isolation "none", .* \(tart\)/);
});

Deno.test("an isolation of a later version of the protocol is refused where some are named", async () => {
  const later = fromBinary(IsolationSchema, new Uint8Array([15 << 3 | 2, 0]));
  const settings = { "allowed-isolations": { none: {}, tart: {} } };
  const verdict = await judgeIsolation(later, { settings, ownHome: undefined });
  assert.match(
    verdict.kind === "refused" ? verdict.message : "",
    /isolation of a kind that it does not know/,
  );
});

for (const kind of ["container", "tart", "vetu"] as const) {
  Deno.test(`images for ${kind} are all allowed by an empty list, else by a pattern`, async () => {
    const asked = { case: kind, value: { image: "ghcr.io/org/image:1" } } as const;
    for (const policy of [{}, { "allowed-images": [] }, { "allowed-images": ["x", "ghcr.io/org/*"] }]) {
      assert.equal((await judge(asked, { [kind]: policy })).kind, "allowed");
    }
    assert.equal(
      await messageOf(asked, {
        [kind]: { "allowed-images": ["ghcr.io/organisation/*", "GHCR.io/*", "image:1"] },
      }),
      'Could not run the task: the worker\'s security settings refuse the image "ghcr.io/org/image:1", which matches ' +
        "none of those allowed; ask for another one, or let the worker's owner allow it in " +
        `security.allowed-isolations.${kind}.allowed-images`,
    );
  });
}

for (const kind of ["container", "tart", "vetu"] as const) {
  Deno.test(`an image for ${kind} that looks like a flag is refused, whatever is allowed`, async () => {
    const asked = { case: kind, value: { image: "--insecure" } } as const;
    for (const policy of [undefined, { [kind]: {} }, { [kind]: { "allowed-images": ["*"] } }]) {
      assert.match(
        await messageOf(asked, policy),
        /image "--insecure", which begins with a dash, as no image does; /,
      );
    }
  });
}

Deno.test("Softnet is forced on every machine of Tart, and what was asked for stays as it was", async () => {
  const asked = create(IsolationSchema, { type: { case: "tart", value: { image: "macos", cpu: 4 } } });
  const settings = {
    "allowed-isolations": { tart: { "force-softnet": true, "softnet-allow": ["192.168.0.0/24"] } },
  };
  const verdict = await judgeIsolation(asked, { settings, ownHome: undefined });
  assert.deepEqual(verdict, {
    kind: "allowed",
    isolation: create(IsolationSchema, {
      type: { case: "tart", value: { image: "macos", cpu: 4, softnet: true } },
    }),
    softnetAllow: ["192.168.0.0/24"],
  });
  assert.equal(asked.type.case === "tart" && asked.type.value.softnet, false);
});
