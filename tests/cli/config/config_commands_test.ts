import assert from "node:assert/strict";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse as parseYaml } from "yaml";
import { runCli } from "../../../lib/cli/cli.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { TestIo } from "../test_io.ts";

/** Runs a command in a folder; resolves with its exit code and what it printed. */
async function cirrus(
  args: readonly string[],
  options: { workingDirectory?: string; environment?: Readonly<Record<string, string>> } = {},
) {
  const io = new TestIo(options);
  const code = await runCli(["config", ...args], io);
  return { code, stdout: io.stdout.text, stderr: io.stderr.text };
}

/** A file in a folder of the test's own. */
async function fileWith(text: string) {
  const folder = await temporaryDirectory();
  const path = join(folder.path, "worker.yml");
  await Deno.writeTextFile(path, text);
  return { path, folder: folder.path, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

Deno.test("check shows what a file comes to, where each value is from, and no secret", async () => {
  await using file = await fileWith(`token: s3same
labels: {xcode: 26.10}
log:
  file: /var/log/w.log
  rotate-size: 100 MiB
rpc: {endpoint: "https://ci.example.com"}
security:
  allowed-isolations:
    none: {}
    tart: {allowed-images: [a, "b*"], allowed-volumes: [{source: /srv, force-readonly: true}]}
standby: {isolation: {tart: {image: a, password: s3same2}}}
`);
  const { code, stdout, stderr } = await cirrus(["check", "-f", file.path]);
  assert.deepEqual([code, stderr], [0, ""]);
  const lines = stdout.replaceAll(file.path, "worker.yml").trimEnd().split("\n").map((line) =>
    line.replace(/ +# /, " # ")
  );
  assert.deepEqual(lines, [
    "token: HIDDEN # worker.yml:1:8",
    "labels:",
    "  xcode: 26.10 # worker.yml:2:17",
    "log:",
    "  file: /var/log/w.log # worker.yml:4:9",
    "  rotate-size: 100 MiB # worker.yml:5:16",
    "  level: info # default",
    "rpc:",
    "  endpoint: https://ci.example.com # worker.yml:6:17",
    "security:",
    "  allowed-isolations:",
    "    none: {} # worker.yml:9:11",
    "    tart:",
    "      allowed-images:",
    "        - a # worker.yml:10:29",
    "        - b* # worker.yml:10:32",
    "      allowed-volumes:",
    "        - source: /srv # worker.yml:10:66",
    "          force-readonly: true # worker.yml:10:88",
    "standby:",
    "  isolation:",
    "    tart:",
    "      image: a # worker.yml:11:37",
    "      password: HIDDEN # worker.yml:11:50",
    `name: ${Deno.hostname().replace(/\.(lan|local)$/, "")} # the name of this host`,
  ]);
});

Deno.test("check says which token would be used, and what is still to be given", async () => {
  await using file = await fileWith('rpc: {endpoint: "http://a"}\n');
  const without = await cirrus(["check", "-f", file.path]);
  assert.equal(without.code, 0);
  assert.match(
    without.stderr,
    /no registration token: give one with --token-file, CIRRUS_WORKER_TOKEN or --token/,
  );
  const environment = { CIRRUS_WORKER_TOKEN: "s3same" };
  const { stdout, stderr } = await cirrus(["check", "-f", file.path], { environment });
  assert.match(stdout, /^token: HIDDEN +# the variable CIRRUS_WORKER_TOKEN$/m);
  assert.equal(stderr, "");

  const token = join(file.folder, "token");
  await Deno.writeTextFile(token, "s3same\n", { mode: 0o600 });
  await Deno.writeTextFile(file.path, `token-file: ${token}\n`);
  const fromFile = await cirrus(["check", "-f", file.path], { environment });
  assert.ok(fromFile.stdout.includes(`# ${token}\n`), fromFile.stdout);
  assert.match(fromFile.stderr, /names no upstream: give one with --rpc-endpoint/);
  await Deno.chmod(token, 0o640);
  const open = await cirrus(["check", "-f", file.path]);
  assert.equal(open.code, 1);
  assert.match(
    open.stderr,
    /worker\.yml:1:13: Cannot use the token in .*: others can read it; run "chmod 600/,
  );
});

Deno.test("check names keys that have no effect for want of another one", async () => {
  await using file = await fileWith(
    "token: s3same\nrpc: {endpoint: 'http://a'}\nlog: {rotate-size: 1 MB, max-rotations: 2}\n",
  );
  const { code, stderr } = await cirrus(["check", "-f", file.path]);
  assert.equal(code, 0);
  assert.equal(
    stderr,
    `"log.rotate-size" (${file.path}:3:7) has no effect without "log.file": write that too\n`,
  );
});

Deno.test("what check shows is YAML again, whatever the keys and values are", async () => {
  const labels = { "a: b": "c # d", "- x": "yes", "10": "'q'", "é\n": "two\nlines", "#": "true" };
  await using file = await fileWith(
    JSON.stringify({ labels, token: "s3same", rpc: { endpoint: "http://a" } }),
  );
  const { code, stdout, stderr } = await cirrus(["check", "-f", file.path]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.deepEqual(parseYaml(stdout).labels, labels);
});

Deno.test("check shows all that is wrong and ends with 1", async () => {
  await using file = await fileWith("nam: x\nlog: {level: loud}\n");
  const { code, stdout, stderr } = await cirrus(["check", "--file", file.path]);
  assert.deepEqual([code, stdout], [1, `${file.path} does not hold: 2 errors\n`]);
  assert.match(stderr, /worker\.yml:1:1: Unknown key "nam"; did you mean "name"\?\n {2}1 \| nam: x\n/);
  assert.match(stderr, /worker\.yml:2:14: Invalid "level": it must be one of /);
  const missing = await cirrus(["check", "-f", join(file.folder, "no.yml")]);
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /Cannot read the configuration file: No such file/);
});

for (const [fileName, flags] of [["worker.yml", []], ["controller.yml", ["--controller"]]] as const) {
  Deno.test(`init writes a ${fileName} that check and the schema accept, and never writes over one`, async () => {
    await using folder = await temporaryDirectory();
    const options = { workingDirectory: folder.path };
    const path = join(folder.path, fileName);
    const first = await cirrus(["init", ...flags], options);
    assert.deepEqual([first.code, first.stderr], [0, ""]);
    const text = await Deno.readTextFile(path);
    assert.equal((await cirrus(["check", "-f", path, ...flags])).code, 0);

    await Deno.writeTextFile(path, "mine: 1\n");
    const second = await cirrus(["init", ...flags], options);
    assert.equal(second.code, 2);
    assert.match(second.stderr, /it is there already/);
    assert.equal(await Deno.readTextFile(path), "mine: 1\n");

    const isValid = await validatorOf(flags);
    assert.ok(isValid(parseYaml(text)), JSON.stringify(isValid.errors));
  });

  Deno.test(`every key of ${fileName} is shown by init with an example that can be used as it is`, async () => {
    await using folder = await temporaryDirectory();
    await cirrus(["init", ...flags], { workingDirectory: folder.path });
    const path = join(folder.path, fileName);
    const isValid = await validatorOf(flags);
    const sections = (await Deno.readTextFile(path)).split("\n\n").slice(1);
    const { properties } = JSON.parse((await cirrus(["schema", ...flags])).stdout);
    assert.equal(sections.length, Object.keys(properties).length);
    for (const section of sections) {
      const [comment = "", ...lines] = section.trimEnd().split("\n");
      assert.match(comment, /^# [A-Z]/);
      const example = lines.map((line) => line.replace(/^# /, "")).join("\n");
      assert.ok(isValid(parseYaml(example)), `${example}\n${JSON.stringify(isValid.errors)}`);
      await Deno.writeTextFile(path, example);
      const { stderr } = await cirrus(["check", "-f", path, ...flags]);
      // The files that examples name are not there, and half of a certificate is none.
      const wrong = stderr.split("\n").filter((line) => /^\/.*:\d+: /.test(line))
        .filter((line) => !/: Cannot read the |needs the (private key|certificate) too/.test(line));
      assert.deepEqual(wrong, [], example);
    }
  });
}

Deno.test("the schema describes every key and refuses what the worker refuses", async () => {
  const isValid = await validatorOf([]);
  for (
    const source of [
      "nam: x",
      "labels: [a]",
      "log: {level: loud}",
      "security: {allowed-isolation: {}}",
      "security: {allowed-isolations: {none: ~}}",
      "standby: {isolation: {none: {}}}",
      "standby: {isolation: {tart: {image: a, volumes: [{source: b, matrix: c}]}}}",
      "tuning: {vetu: {mtu: many}}",
    ]
  ) assert.ok(!isValid(parseYaml(source)), source);
  const schema = JSON.parse((await cirrus(["schema"])).stdout);
  for (const [key, { description }] of Object.entries<{ description?: string }>(schema.properties)) {
    assert.ok(description, key);
  }
});

/** Judges values by the schema that the program writes. */
async function validatorOf(flags: readonly string[]) {
  const { code, stdout } = await cirrus(["schema", ...flags]);
  assert.equal(code, 0);
  return new Ajv2020({
    allowUnionTypes: true,
    strictTypes: false,
    allErrors: true,
    formats: { cidrv4: true },
  })
    .compile(JSON.parse(stdout));
}
