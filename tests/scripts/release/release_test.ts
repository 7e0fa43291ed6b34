import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { z } from "zod";
import { runCommand } from "../../../lib/process/run_command.ts";
import { readBuildIdentity } from "../../../scripts/release/build_identity.ts";
import { makeRelease } from "../../../scripts/release/make_release.ts";
import { pack } from "../../../scripts/release/pack.ts";
import { releaseNotes } from "../../../scripts/release/release_notes.ts";
import { hostTarget, targetsNamed } from "../../../scripts/release/targets.ts";
import { requireEngine } from "../../helpers/require_engine.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { ThrowawayHost } from "../../helpers/throwaway_host.ts";
import { BASE, NEEDS_BASE, ROOT } from "./compiled_program.ts";

const directory = await temporaryDirectory();
addEventListener("unload", () => Deno.removeSync(directory.path, { recursive: true }));

let made: Promise<readonly string[]> | undefined;

/** The files of a release for this machine, made once. */
async function release(): Promise<readonly string[]> {
  return await (made ??= readBuildIdentity(ROOT).then((identity) =>
    makeRelease({ root: ROOT, targets: [hostTarget()], identity, directory: directory.path, ...BASE })
  ));
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test({
  name: "a release has an archive, a Debian package, the list of dependencies, notes and checksums that hold",
  ...NEEDS_BASE,
  async fn() {
    const names = (await release()).map((file) => basename(file));
    const { version } = await readBuildIdentity(ROOT);
    assert.deepEqual(names, [
      "cirrus-linux-amd64.tar.gz",
      `cirrus_${version}_amd64.deb`,
      "RELEASE_NOTES.md",
      "cirrus.cdx.json",
      "SHA256SUMS",
    ]);
    const { stdout } = await runCommand(["sha256sum", "--check", "SHA256SUMS"], {
      workingDirectory: directory.path,
    });
    assert.equal(text(stdout), names.slice(0, -1).map((name) => `${name}: OK\n`).join(""));
    const listed = await runCommand(["tar", "-tvzf", join(directory.path, "cirrus-linux-amd64.tar.gz")]);
    assert.match(
      text(listed.stdout),
      /^-rwxr-xr-x root\/root +\d+ .* cirrus\n-rw-r--r-- .* README\.md\n-rw-r--r-- .* docs\/reference\.md\n-rw-r--r-- /,
    );
  },
});

Deno.test({
  name: "the list of dependencies names every package with its version, licence and checksum",
  ...NEEDS_BASE,
  async fn() {
    await release();
    const list = z.strictObject({
      bomFormat: z.literal("CycloneDX"),
      specVersion: z.literal("1.6"),
      version: z.literal(1),
      metadata: z.strictObject({
        timestamp: z.iso.datetime(),
        component: z.strictObject({
          type: z.literal("application"),
          "bom-ref": z.string(),
          name: z.literal("cirrus"),
          version: z.string(),
        }),
      }),
      components: z.array(z.strictObject({
        type: z.enum(["library", "platform"]),
        "bom-ref": z.string(),
        name: z.string(),
        version: z.string(),
        licenses: z.array(z.union([
          z.strictObject({ expression: z.string().min(2) }),
          z.strictObject({ license: z.strictObject({ id: z.string() }) }),
        ])).length(1),
        hashes: z.array(z.strictObject({ alg: z.literal("SHA-512"), content: z.hex().length(128) }))
          .optional(),
        purl: z.string().regex(/^pkg:(npm|github)\/(%40)?[\w.\/-]+@v?\d/),
      })),
      dependencies: z.array(z.strictObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
    }).parse(JSON.parse(await Deno.readTextFile(join(directory.path, "cirrus.cdx.json"))));
    const references = list.components.map((component) => component["bom-ref"]);
    assert.equal(new Set(references).size, references.length);
    assert.deepEqual(list.dependencies, [{ ref: "cirrus", dependsOn: references }]);
    const names = list.components.map(({ name }) => name);
    for (const name of ["deno", "@grpc/grpc-js", "ssh2", "re2js"]) assert.ok(names.includes(name), name);
    assert.ok(!names.includes("fast-check"), "what only tests need is in no executable");
  },
});

/** Waits in a script of the shell until what it is told is true; a minute at most. */
const UNTIL =
  'eventually() { for _ in $(seq 600); do "$@" && return; sleep 0.1; done; echo "never: $*" >&2; return 1; }';

Deno.test({
  name: "the Debian package is installed, started as its own user, and purged without a trace",
  ignore: NEEDS_BASE.ignore || requireEngine("dpkg").ignore || Deno.uid() !== 0,
  async fn() {
    const deb = (await release()).find((file) => file.endsWith(".deb")) ?? "";
    await using host = await ThrowawayHost.create();
    const said = await host.run(
      `
${UNTIL}
traces() { find / -xdev -path /proc -prune -o \\( -name '*cirrus*' -print \\) 2>/dev/null | grep -v ^/mnt/ | grep -v ^/var/lib/dpkg/ | sort; }
before=$(traces)
dpkg --install /mnt/${basename(deb)} >/dev/null
dpkg --verify cirrus
stat -c '%U:%G %a %n' /etc/cirrus /etc/cirrus/worker.yml /etc/cirrus/controller.yml /var/lib/cirrus
getent passwd cirrus | cut -d: -f1,6,7
run() { # as systemd would, in a process of its own
  unit=/lib/systemd/system/cirrus-$1.service
  user=$(sed -n 's/^User=//p' $unit)
  command=$(sed -n 's/^ExecStart=//p' $unit)
  exec setpriv --reuid=$user --regid=$user --init-groups env -i PATH=$PATH HOME=/var/lib/cirrus STATE_DIRECTORY=/var/lib/cirrus $command
}
echo "worker: $( (run worker) 2>&1 || echo "exit $?")"
run controller >/tmp/controller.log 2>&1 &
eventually grep -q 6131 /tmp/controller.log
kill %1; wait %1 || true
stat -c '%U %a' /var/lib/cirrus/controller
cirrus config check --controller -f /etc/cirrus/controller.yml >/dev/null && echo checked
dpkg --purge cirrus >/dev/null
getent passwd cirrus || echo "no user"
diff <(echo "$before") <(traces) && echo "no trace"
`,
      directory.path,
    );
    const lines = said.trim().split("\n");
    assert.deepEqual(lines.slice(0, 5), [
      "root:cirrus 750 /etc/cirrus",
      "root:cirrus 640 /etc/cirrus/worker.yml",
      "root:cirrus 640 /etc/cirrus/controller.yml",
      "cirrus:cirrus 700 /var/lib/cirrus",
      "cirrus:/var/lib/cirrus:/usr/sbin/nologin",
    ]);
    const rest = lines.slice(5).join("\n");
    assert.match(rest, /^worker: [^]*token[^]*exit 2\n/, "a worker without a token says so");
    assert.match(rest, /\ncirrus 700\nchecked\nno user\nno trace$/);
  },
});

Deno.test("Windows gets a zip file, whose bytes depend on nothing but what is in it", async () => {
  await using folder = await temporaryDirectory();
  const file = join(folder.path, "program");
  await Deno.writeTextFile(file, "hello");
  const [windows] = targetsNamed(["windows-amd64"]);
  assert.ok(windows);
  const date = new Date("2026-11-25T12:00:00Z");
  const zip = async (name: string) => {
    const there = join(folder.path, name);
    await Deno.mkdir(there);
    return await pack(windows, [{ name: "cirrus.exe", path: file }], { directory: there, date });
  };
  const [one, two] = [await zip("a"), await zip("b")];
  assert.equal(basename(one), "cirrus-windows-amd64.zip");
  assert.deepEqual(await Deno.readFile(one), await Deno.readFile(two));
  const { stdout } = await runCommand(["unzip", "-p", one, "cirrus.exe"]);
  assert.equal(text(stdout), "hello");
});

Deno.test("a version of which the changelog says nothing is not released", () => {
  const changelog = "# Changelog\n\n## 1.1.0\n\n- new\n\n## 1.0.0\n\n- old\n";
  assert.equal(releaseNotes(changelog, "1.1.0"), "- new\n");
  assert.equal(releaseNotes(changelog, "1.0.0"), "- old\n");
  assert.throws(
    () => releaseNotes(changelog, "1.2.0"),
    /CHANGELOG\.md has nothing about 1\.2\.0: add "## 1\.2\.0"/,
  );
});
