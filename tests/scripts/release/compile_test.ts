import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { runCommand } from "../../../lib/process/run_command.ts";
import { bundleProgram } from "../../../scripts/release/bundle.ts";
import { compileArguments, compileTarget } from "../../../scripts/release/compile_target.ts";
import { checkRuntimeBase } from "../../../scripts/release/runtime_base.ts";
import { hostTarget, TARGETS, targetsNamed } from "../../../scripts/release/targets.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { BASE, compileProgram, NEEDS_BASE, ROOT } from "./compiled_program.ts";

const directory = await temporaryDirectory();
addEventListener("unload", () => Deno.removeSync(directory.path, { recursive: true }));

let compiled: ReturnType<typeof compileProgram> | undefined;
const program = () => compiled ??= compileProgram(directory.path);

const NO_ENVIRONMENT = new Map<string, string>();
/** What programs without a TMPDIR have left behind. */
const temporaryFiles = () =>
  [...Deno.readDirSync("/tmp")].map(({ name }) => name).filter((name) => name.startsWith("deno-compile"));
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function run(argv: readonly [string, ...string[]], options: { workingDirectory?: string } = {}) {
  const { status, stdout, stderr } = await runCommand(argv, {
    environment: NO_ENVIRONMENT,
    workingDirectory: ROOT,
    anyStatus: true,
    timeoutMs: 60_000,
    ...options,
  });
  return { status, stdout: text(stdout), stderr };
}

Deno.test({
  name:
    "the executable starts without Deno, environment, home and rights, from a folder that nobody may write to",
  ...NEEDS_BASE,
  async fn() {
    const { executable } = await program();
    await Deno.chmod(directory.path, 0o755);
    await Deno.chmod(join(directory.path, "bin"), 0o555);
    const before = temporaryFiles();
    const { stdout, stderr, status } = await run([
      ...["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] as const,
      executable,
      "--version",
    ], { workingDirectory: "/" });
    assert.deepEqual({ status, stderr }, { status: { kind: "exited", code: 0 }, stderr: "" });
    assert.deepEqual(temporaryFiles(), before, "it leaves nothing behind");
    console.log(`compiled on: ${stdout.trim()}`);
    assert.match(
      stdout,
      /^cirrus \S+ \(commit [0-9a-f]{10}(\+changes)? of \d{4}-\d\d-\d\d, Deno \S+, linux\/amd64\)\n$/,
    );
  },
});

for (
  const args of [
    ["--help"],
    ["worker", "run", "--help"],
    ["validate"],
    ["validate", "--schema"],
    ["validate", "--print", "json"],
    ["config", "schema"],
    ["config", "schema", "--controller"],
    ["config", "check", "-f", "tests/testdata/no_such_file.yml"],
    ["completion", "bash"],
    ["worker", "run", "--no-such-flag"],
    ["worker", "install", "--name=a", "--name=b"],
  ]
) {
  Deno.test({
    name: `the executable answers "cirrus ${args.join(" ")}" as the sources do`,
    ...NEEDS_BASE,
    async fn() {
      const { executable } = await program();
      const [compiled, sources] = await Promise.all([
        run([executable, ...args]),
        run([Deno.execPath(), "run", "-A", "main.ts", ...args]),
      ]);
      assert.deepEqual(compiled, sources);
      assert.notEqual(compiled.stdout + compiled.stderr, "");
    },
  });
}

Deno.test({
  name: "the executable names the licence of every package that it is made of",
  ...NEEDS_BASE,
  async fn() {
    const { executable } = await program();
    const { stdout } = await run([executable, "licenses"]);
    for (
      const name of ["@grpc/grpc-js", "@bufbuild/protobuf", "@stricli/core", "hono", "re2js", "yaml", "zod"]
    ) {
      assert.match(stdout, new RegExp(`^${name} \\d`, "m"));
    }
  },
});

Deno.test({
  name: "the executable has at most 100 MB, and a second build has the same bytes",
  ...NEEDS_BASE,
  async fn() {
    const { executable } = await program();
    await using second = await temporaryDirectory();
    const again = await compileProgram(second.path);
    const [bytes, others] = await Promise.all(
      [executable, again.executable].map((path) => Deno.readFile(path)),
    );
    assert.ok(bytes && bytes.byteLength < 100e6);
    assert.ok(Buffer.from(bytes).equals(others ?? new Uint8Array()));
  },
});

Deno.test({
  name: "what goes into the executables of all platforms holds nothing that is made for one",
  ...NEEDS_BASE,
  async fn() {
    const { staged } = await program();
    const files = await Array.fromAsync(Deno.readDir(join(staged, "bundle")));
    assert.deepEqual(files.map(({ name }) => name).filter((name) => !name.endsWith(".js")), []);
  },
});

Deno.test({
  name: "the executable reads configuration files",
  ...NEEDS_BASE,
  async fn() {
    const { executable } = await program();
    await using folder = await temporaryDirectory();
    const written = await run([executable, "config", "init", "-f", join(folder.path, "worker.yml")]);
    assert.deepEqual(written.status, { kind: "exited", code: 0 }, written.stderr);
    const checked = await run([executable, "config", "check", "-f", join(folder.path, "worker.yml")]);
    assert.deepEqual(checked.status, { kind: "exited", code: 0 }, checked.stderr);
    assert.match(checked.stdout, /log/);
  },
});

Deno.test("what speaks SSH is loaded from the bundle, by the Deno of the executable, too", async () => {
  await using folder = await temporaryDirectory();
  await bundleProgram(ROOT, folder.path);
  const files = await Array.fromAsync(Deno.readDir(folder.path));
  const texts = await Promise.all(files.map(async ({ name }) => {
    return { name, text: await Deno.readTextFile(join(folder.path, name)) };
  }));
  const ssh = texts.filter(({ text }) => text.includes("SSH-2.0-ssh2js"));
  assert.equal(ssh.length, 1, "one part of the bundle holds ssh2");
  const script = join(folder.path, "load.js");
  await Deno.writeTextFile(
    script,
    `Object.assign(globalThis, { __dirname: import.meta.dirname }); await import("./${ssh[0]?.name}");`,
  );
  const { stderr, status } = await run([BASE.deno, "run", "-A", "--no-config", "--no-lock", script]);
  assert.deepEqual({ status, stderr }, { status: { kind: "exited", code: 0 }, stderr: "" });
});

Deno.test("the start of the bundle loads none of Node's modules, which take longer than all of --version", async () => {
  await using folder = await temporaryDirectory();
  await bundleProgram(ROOT, folder.path);
  const loaded = new Map<string, string>();
  const load = async (name: string): Promise<void> => {
    if (loaded.has(name)) return;
    const source = await Deno.readTextFile(join(folder.path, name));
    loaded.set(name, source);
    for (const [, next = ""] of source.matchAll(/^(?:import|\}) ?(?:from )?"\.\/([^"]+)";$/gm)) {
      await load(next);
    }
  };
  await load("entry.js");
  assert.ok(loaded.size > 3);
  for (const [name, source] of loaded) assert.doesNotMatch(source, /^(?:import|\}) .*"node:/m, name);
});

Deno.test("the bundle runs tasks: gRPC, YAML and SQLite work in it", async () => {
  await using folder = await temporaryDirectory();
  const staged = join(folder.path, "staged");
  await bundleProgram(ROOT, staged);
  const project = join(folder.path, "project");
  await Deno.mkdir(project);
  await Deno.writeTextFile(
    join(project, ".cirrus.yml"),
    "task:\n  persistent_worker: {}\n  hello_script: echo hello from $CIRRUS_OS\n",
  );
  const { status, stdout } = await runCommand(
    [Deno.execPath(), "run", "-A", "--no-config", join(staged, "entry.js"), "run", "--output=simple"],
    { workingDirectory: project, anyStatus: true, timeoutMs: 60_000 },
  );
  assert.deepEqual(status, { kind: "exited", code: 0 }, text(stdout));
  assert.match(text(stdout), /hello from linux/);
});

Deno.test("every target is compiled from the same bundle with its own runtime base", () => {
  assert.deepEqual(
    TARGETS.map((target) => compileArguments(target, target.executable).slice(7)),
    [
      ["--target=x86_64-unknown-linux-gnu", "cirrus-linux-amd64"],
      ["--target=aarch64-unknown-linux-gnu", "cirrus-linux-arm64"],
      ["--target=x86_64-apple-darwin", "cirrus-darwin-amd64"],
      ["--target=aarch64-apple-darwin", "cirrus-darwin-arm64"],
      ["--target=x86_64-pc-windows-msvc", "cirrus-windows-amd64.exe"],
    ].map(([target, output]) => [target, "--include=assets", `--output=${output}`, "bundle/entry.js"]),
  );
});

Deno.test("an unknown target is refused with the known ones", () => {
  assert.throws(
    () => targetsNamed(["linux-amd64", "plan9"]),
    /Unknown target plan9; known are linux-amd64, /,
  );
});

Deno.test("a runtime base for another platform is refused", async () => {
  await assert.rejects(
    checkRuntimeBase("/bin/sh", targetsNamed(["darwin-arm64"])[0]!),
    /no runtime base for aarch64-apple/,
  );
  await assert.rejects(checkRuntimeBase("/no/file", hostTarget()), /Cannot read DENORT_BIN \/no\/file/);
  await checkRuntimeBase(Deno.execPath(), hostTarget());
});

Deno.test("a runtime base that cannot be downloaded is said with what to set", async () => {
  await using folder = await temporaryDirectory();
  await Deno.mkdir(join(folder.path, "bundle"));
  await Deno.mkdir(join(folder.path, "assets"));
  await Deno.writeTextFile(join(folder.path, "bundle/entry.js"), "");
  await using deno = await offlineDeno();
  await assert.rejects(
    compileTarget(hostTarget(), {
      staged: folder.path,
      directory: folder.path,
      deno: deno.path,
      runtimeBase: undefined,
    }),
    /Compiling cirrus-linux-amd64: the runtime base https:\/\/dl\.deno\.land\S+ cannot be downloaded; .*set DENORT_BIN/,
  );
});

/** The Deno of these tests, with an empty cache and behind a proxy that is not there. */
async function offlineDeno(): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await temporaryDirectory();
  const path = join(folder.path, "deno");
  const script = `#!/bin/sh
export DENO_DIR=${folder.path}/cache HTTPS_PROXY=http://127.0.0.1:1
unset DENORT_BIN
exec ${Deno.execPath()} "$@"
`;
  await Deno.writeTextFile(path, script, { mode: 0o755 });
  return { path, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}
