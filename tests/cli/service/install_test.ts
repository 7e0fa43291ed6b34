import assert from "node:assert/strict";
import { join } from "node:path";
import { runCli } from "../../../lib/cli/cli.ts";
import { installService, secretPath, uninstallService } from "../../../lib/cli/service/install_service.ts";
import type { Service } from "../../../lib/cli/service/service.ts";
import { systemdOfUser } from "../../../lib/cli/service/systemd.ts";
import { UsageError } from "../../../lib/cli/usage_error.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { TestIo } from "../test_io.ts";

const SERVICE: Service = { name: "w", description: "Worker", argv: ["/usr/bin/cirrus", "worker", "run"] };

/**
 * A systemctl that writes down its calls. It refuses what the real one would: unknown forms, and starting a unit
 * that it was not told of by daemon-reload.
 */
const SYSTEMCTL = `#!/bin/sh
echo "$*" >>"$0.calls"
units=$(dirname "$0")/../systemd/user
case "$*" in
  "--user daemon-reload") ls "$units" >"$0.known" ;;
  "--user enable --now w.service")
    grep -qx w.service "$0.known" || { echo "Failed to enable unit: Unit file w.service does not exist." >&2; exit 1; } ;;
  "--user disable w.service" | "--user stop --no-block w.service") ;;
  *) echo "Unknown command verb $2." >&2; exit 1 ;;
esac
`;

async function host() {
  const directory = await temporaryDirectory();
  const bin = join(directory.path, "bin");
  await Deno.mkdir(bin);
  await Deno.writeTextFile(join(bin, "systemctl"), SYSTEMCTL, { mode: 0o755 });
  const path = Deno.env.get("PATH") ?? "";
  Deno.env.set("PATH", `${bin}:${path}`);
  return {
    manager: systemdOfUser(directory.path),
    files: async () =>
      (await Array.fromAsync(Deno.readDir(join(directory.path, "systemd/user")))).map((f) => f.name),
    calls: async () => (await Deno.readTextFile(join(bin, "systemctl.calls"))).trim().split("\n"),
    breakSystemctl: () => Deno.writeTextFile(join(bin, "systemctl"), "#!/bin/sh\necho no bus >&2; exit 1\n"),
    async [Symbol.asyncDispose]() {
      Deno.env.set("PATH", path);
      await directory[Symbol.asyncDispose]();
    },
  };
}

const INSTALL = { dryRun: false, replace: false };

Deno.test("install writes the definition and the secret, which its owner alone can read, and starts the service", async () => {
  await using there = await host();
  const io = new TestIo();
  assert.equal(await installService(there.manager, SERVICE, { ...INSTALL, secret: "s3cret", io }), 0);
  assert.deepEqual(await there.files(), ["w.service"]);
  assert.deepEqual(await there.calls(), ["--user daemon-reload", "--user enable --now w.service"]);
  const secret = secretPath(there.manager, "w");
  assert.equal(await Deno.readTextFile(secret), "s3cret");
  assert.equal((await Deno.stat(secret)).mode! & 0o777, 0o600);
  assert.match(io.stdout.text, /w is installed and runs by systemd of this user/);
});

Deno.test("uninstall ends the service and leaves no file of it", async () => {
  await using there = await host();
  const io = new TestIo();
  await installService(there.manager, SERVICE, { ...INSTALL, secret: "s3cret", io });
  assert.equal(await uninstallService(there.manager, "w", { dryRun: false, io }), 0);
  assert.deepEqual(await there.files(), []);
  await assert.rejects(Deno.stat(secretPath(there.manager, "w")), Deno.errors.NotFound);
  assert.deepEqual((await there.calls()).slice(2), [
    "--user disable w.service",
    "--user stop --no-block w.service",
    "--user daemon-reload",
  ]);
});

Deno.test("a second install refuses to write over the first, unless it is told to", async () => {
  await using there = await host();
  const io = new TestIo();
  await installService(there.manager, SERVICE, { ...INSTALL, io });
  await assert.rejects(installService(there.manager, SERVICE, { ...INSTALL, io }), UsageError);
  const other = { ...SERVICE, description: "Another" };
  await installService(there.manager, other, { ...INSTALL, replace: true, io });
  const unit = await Deno.readTextFile(there.manager.definitionPath("w"));
  assert.match(unit, /Description=Another/);
});

Deno.test("a service that cannot be started leaves nothing behind", async () => {
  await using there = await host();
  await there.breakSystemctl();
  await assert.rejects(
    installService(there.manager, SERVICE, { ...INSTALL, secret: "s3cret", io: new TestIo() }),
    /Installing w: Running systemctl: .*no bus; nothing is installed/,
  );
  assert.deepEqual(await there.files(), []);
  await assert.rejects(Deno.stat(secretPath(there.manager, "w")), Deno.errors.NotFound);
});

Deno.test("uninstall of what is not there says so", async () => {
  await using there = await host();
  await assert.rejects(
    uninstallService(there.manager, "w", { dryRun: false, io: new TestIo() }),
    /There is no service w/,
  );
});

async function cirrus(...args: string[]) {
  const io = new TestIo({
    workingDirectory: "/work",
    environment: { HOME: "/home/ci", CIRRUS_WORKER_TOKEN: "s3cret" },
  });
  const exitCode = await runCli(args, io);
  return { exitCode, stdout: io.stdout.text, stderr: io.stderr.text };
}

Deno.test("worker install --dry-run prints the definition with absolute paths and without the token", async () => {
  const { exitCode, stdout } = await cirrus(
    ...[
      "worker",
      "install",
      "--dry-run",
      "--ca-file",
      "ca.pem",
      "--labels=a=b",
      "--labels",
      "c=d",
      "--adopt-leftovers",
    ],
    "--rpc-endpoint=http://ci:6130",
  );
  assert.equal(exitCode, 0);
  assert.match(
    stdout,
    /worker run --ca-file=\/work\/ca\.pem --rpc-endpoint=http:\/\/ci:6130 --labels=a=b --labels=c=d --adopt-leftovers --token-file=\S+cirrus-worker\.token/,
  );
  assert.doesNotMatch(stdout, /s3cret/);
});

Deno.test("controller install --dry-run takes the flags of controller run", async () => {
  const { stdout } = await cirrus("controller", "install", "--dry-run", "--keep=7d", "--data-dir=data");
  assert.match(stdout, /controller run --data-dir=\/work\/data --keep=7d/);
});

Deno.test("install refuses what the service would end with at its start", async () => {
  for (
    const [args, problem] of [
      [["--labels=x"], /^Invalid "x" for --labels: .*key=value/],
      [["--name=a", "--name=b"], /--name is given twice/],
      [["--service-name=../x"], /for --service-name: expected letters, digits/],
      [["--nmae=x"], /--nmae/],
      [["--dry-run=maybe"], /^--dry-run takes no value/],
    ] as const
  ) {
    const { exitCode, stderr } = await cirrus("worker", "install", "--dry-run", ...args);
    assert.equal(exitCode, 2, args.join(" "));
    assert.match(stderr, problem);
  }
});
