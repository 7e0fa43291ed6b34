import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { judgeIsolation } from "../../lib/security/judge_isolation.ts";
import { type SecurityOptions, securityOptions } from "../../lib/security/security_options.ts";
import { IsolationSchema } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";

type Rule = { source: string; "force-readonly"?: boolean };

interface Asked {
  source: string;
  readOnly?: boolean;
  cleanup?: boolean;
}

function tart(...volumes: Asked[]) {
  return create(IsolationSchema, { type: { case: "tart", value: { image: "macos", volumes } } });
}

function container(...volumes: Asked[]) {
  const asked = volumes.map((volume) => ({ ...volume, target: "/mnt" }));
  return create(IsolationSchema, { type: { case: "container", value: { image: "debian", volumes: asked } } });
}

function settings(kind: "tart" | "container", ...rules: Rule[]): SecurityOptions {
  return securityOptions.parse({ "allowed-isolations": { [kind]: { "allowed-volumes": rules } } });
}

/** Where the volumes are mounted from, or the refusal. */
async function judge(
  isolation: ReturnType<typeof tart>,
  rules: Rule[] | SecurityOptions,
  { ownHome = "/home/ci" }: { ownHome?: string } = {},
): Promise<string[] | string> {
  const kind = isolation.type.case === "container" ? "container" : "tart";
  const verdict = await judgeIsolation(isolation, {
    settings: Array.isArray(rules) ? settings(kind, ...rules) : rules,
    ownHome,
  });
  if (verdict.kind === "refused") return verdict.message;
  const type = verdict.isolation?.type;
  assert.ok(type?.case === "tart" || type?.case === "container");
  return type.value.volumes.map(({ source }) => source);
}

async function refused(...[isolation, rules, options]: Parameters<typeof judge>): Promise<string> {
  const message = await judge(isolation, rules, options);
  assert.ok(typeof message === "string", `allowed: ${message}`);
  assert.match(message, /^Could not run the task: the worker's security settings refuse the volume "/);
  return message;
}

Deno.test("without settings, volumes of Tart are refused and those of containers are left as they are", async () => {
  await refused(tart({ source: "/srv" }), {});
  assert.deepEqual(await judge(container({ source: "relative/../x" }), {}), ["relative/../x"]);
  assert.deepEqual(await judge(tart(), {}), []);
});

Deno.test("an empty list allows no volume, also of containers", async () => {
  await refused(tart({ source: "/srv" }), []);
  await refused(container({ source: "/srv" }), []);
});

Deno.test("the refusal names the volume as it was asked for, where it leads, and the key", async () => {
  assert.equal(
    await refused(tart({ source: "/var/cache/../../etc" }), [{ source: "/var/cache/*" }]),
    `Could not run the task: the worker's security settings refuse the volume "/var/cache/../../etc", ` +
      "which is /etc, which matches none of those allowed; ask for another one, or let the worker's owner " +
      "allow it in security.allowed-isolations.tart.allowed-volumes",
  );
});

Deno.test("what may only be read may not be removed after the task either", async () => {
  const asked = { source: "/nowhere/cache", readOnly: true, cleanup: true };
  const rule = { source: "/nowhere/*" };
  assert.match(
    await refused(tart(asked), [{ ...rule, "force-readonly": true }]),
    /allowed only read-only, and not to be removed after the task/,
  );
  assert.deepEqual(await judge(tart(asked), [rule]), ["/nowhere/cache"]);
});

Deno.test("sources are cleaned before they are compared, but for a slash at their end", async () => {
  const rules = [{ source: "/nowhere/cache/*" }];
  assert.deepEqual(await judge(tart({ source: "//nowhere/./x/..//cache/a" }), rules), ["/nowhere/cache/a"]);
  assert.deepEqual(await judge(tart({ source: "/nowhere/cache/" }), rules), ["/nowhere/cache/"]);
  await refused(tart({ source: "/nowhere/cache" }), rules);
  await refused(tart({ source: "/nowhere/Cache/a" }), rules);
});

Deno.test("one volume that is refused is enough", async () => {
  await refused(tart({ source: "/nowhere/a" }, { source: "/etc" }), [{ source: "/nowhere/*" }]);
});

Deno.test("the first match decides whether a volume must be read-only", async () => {
  const rules = [{ source: "/nowhere/ro/*", "force-readonly": true }, { source: "/nowhere/*" }];
  assert.match(await refused(tart({ source: "/nowhere/ro/a" }), rules), /is allowed only read-only; /);
  assert.deepEqual(await judge(tart({ source: "/nowhere/ro/a", readOnly: true }), rules), ["/nowhere/ro/a"]);
  assert.deepEqual(await judge(tart({ source: "/nowhere/rw/a" }), rules), ["/nowhere/rw/a"]);
  assert.deepEqual(await judge(container({ source: "/nowhere/ro/a" }), [...rules].reverse()), [
    "/nowhere/ro/a",
  ]);
});

for (const source of ["", ".", "..", "../x", "cache", "~/cache", "/srv/\0x", "/etc/passwd/x"]) {
  Deno.test(`${JSON.stringify(source)} is no volume, whatever is allowed`, async () => {
    for (const isolation of [tart({ source }), container({ source })]) {
      await refused(isolation, [{ source: "*" }]);
    }
  });
}

Deno.test("links are resolved first, and what they lead to is mounted", async () => {
  await using directory = await temporaryDirectory();
  const root = await Deno.realPath(directory.path);
  await Deno.mkdir(`${root}/allowed/real`, { recursive: true });
  await Deno.symlink("/etc", `${root}/allowed/out`);
  await Deno.symlink(`${root}/allowed/real`, `${root}/in`);
  await Deno.symlink(`${root}/gone`, `${root}/allowed/broken`);
  await Deno.symlink(`${root}/allowed/loop`, `${root}/allowed/loop`);
  const rules = [{ source: `${root}/allowed/*` }];
  const asked = (path: string) => tart({ source: `${root}/${path}` });
  assert.match(await refused(asked("allowed/out"), rules), /which is \/etc, which matches none/);
  await refused(asked("allowed/out/cron.d/new"), rules);
  assert.match(await refused(asked("allowed/broken"), rules), /is a link that leads nowhere/);
  await refused(asked("allowed/broken/x"), rules);
  await refused(asked("allowed/loop"), rules);
  assert.deepEqual(await judge(asked("in"), rules), [`${root}/allowed/real`]);
  assert.deepEqual(await judge(asked("in/new/"), rules), [`${root}/allowed/real/new/`]);
});

Deno.test("a pattern may name a link of the root folder, as people do on macOS", async () => {
  const links = [...Deno.readDirSync("/")].filter(({ isSymlink }) => isSymlink).map(({ name }) => `/${name}`);
  for (const link of links) {
    const real = await Deno.realPath(link);
    const volumes = await judge(container({ source: `${link}/cirrus-x` }), [{ source: `${link}/cirrus-*` }]);
    assert.deepEqual(volumes, [`${real}/cirrus-x`]);
  }
});

Deno.test("a socket, pipe or device is a volume only where a pattern names it without *", async () => {
  await using directory = await temporaryDirectory();
  const root = await Deno.realPath(directory.path);
  using _listener = Deno.listen({ transport: "unix", path: `${root}/a.sock` });
  for (const source of [`${root}/a.sock`, "/dev/null"]) {
    const message = await refused(container({ source }), [{ source: "*" }, { source: `${root}/*` }]);
    assert.match(message, /a socket, pipe or device, which only a pattern without \* allows; /);
    assert.deepEqual(await judge(container({ source }), [{ source: "*" }, { source }]), [source]);
    assert.match(await refused(tart({ source }), [{ source }]), /which is no folder; /);
  }
});

Deno.test("a file is a volume of a container, and none of a machine", async () => {
  const rules = [{ source: "/etc/*" }];
  assert.deepEqual(await judge(container({ source: "/etc/passwd" }), rules), ["/etc/passwd"]);
  assert.match(await refused(tart({ source: "/etc/passwd" }), rules), /which is no folder; /);
});

Deno.test("somebody else's home is a volume only where a pattern names it", async () => {
  const homes = ["/home/alice", "/home/alice/.ssh", "/Users/bob/x", "/var/root/x", "/home", "/Users/", "/"];
  for (const source of homes) {
    const message = await refused(tart({ source }), [{ source: "*" }, { source: "/*" }]);
    assert.match(message, /in the home of another user, which only a pattern that names that home allows; /);
    await judge(tart({ source }), [{ source }]);
  }
  const named = [{ source: "/home/alice/cache/*" }];
  assert.deepEqual(await judge(tart({ source: "/home/alice/cache/x" }), named), ["/home/alice/cache/x"]);
  await refused(tart({ source: "/home/alicia/x" }), [{ source: "/home/alic*" }]);
  for (const source of ["/home/ci/x", "/Users/Shared/x", "/homework/x"]) {
    assert.deepEqual(await judge(tart({ source }), [{ source: "/*" }]), [source]);
  }
});

Deno.test("no path of dots, slashes, links and names leads out of what a pattern allows", async () => {
  await using directory = await temporaryDirectory();
  const root = await Deno.realPath(directory.path);
  await Deno.mkdir(`${root}/in/deep/down`, { recursive: true });
  await Deno.mkdir(`${root}/out/other`, { recursive: true });
  await Deno.symlink("../out", `${root}/in/link`);
  await Deno.symlink("../../out/other", `${root}/in/deep/link`);
  await Deno.symlink("../in/deep", `${root}/out/back`);
  const segment = fc.constantFrom("in", "In", "deep", "down", "link", "back", "other", "new", "..", ".", "");
  let allowed = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(segment, { maxLength: 8 }), async (segments) => {
      const source = `${root}/in/${segments.join("/")}`;
      const volumes = await judge(tart({ source }), [{ source: `${root}/in/*` }]);
      if (typeof volumes === "string") return;
      allowed++;
      const path = volumes[0] ?? "";
      assert.ok(path.startsWith(`${root}/in/`), path);
      assert.ok(!/\/\.{0,2}\//.test(path), path);
      try {
        assert.ok(`${await Deno.realPath(path)}/`.startsWith(`${root}/in/`), path);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }),
    { numRuns: 1_000 },
  );
  assert.ok(allowed > 100, String(allowed));
});
