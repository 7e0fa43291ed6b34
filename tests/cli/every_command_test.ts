import assert from "node:assert/strict";
import { join } from "node:path";
import { runCli } from "../../lib/cli/cli.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";
import { TestIo } from "./test_io.ts";

async function cirrus(args: readonly string[], options: ConstructorParameters<typeof TestIo>[0] = {}) {
  const io = new TestIo(options);
  const exitCode = await runCli(args, io);
  return { exitCode, stdout: io.stdout.text, stderr: io.stderr.text };
}

/** What completion proposes behind some words. */
async function proposals(...words: string[]): Promise<string[]> {
  const { stdout } = await cirrus(["__complete", ...words]);
  return stdout.split("\n").filter(Boolean).map((line) => line.split("\t")[0] ?? "");
}

const VALUES = new Set(["bash", "zsh", "fish"]);

/** Every command and every group of commands, found as completion finds them. */
async function commandsBelow(path: readonly string[]): Promise<string[][]> {
  const names = (await proposals(...path, "")).filter((name) => !VALUES.has(name));
  const below = await Promise.all(names.map((name) => commandsBelow([...path, name])));
  return [[...path], ...below.flat()];
}

const COMMANDS = await commandsBelow([]);

Deno.test("every command is found, at any depth", () => {
  const lines = COMMANDS.map((path) => path.join(" "));
  for (
    const known of ["", "run", "worker", "worker run", "workers disable", "controller run", "completion"]
  ) {
    assert.ok(lines.includes(known), `${known} is not among ${lines}`);
  }
});

Deno.test("the list of commands says of each how it is used, as its own help or its own commands have it", async () => {
  const { stdout } = await cirrus(["--help"]);
  const listed = stdout.slice(0, stdout.indexOf("\n\n")).split("\n");
  for (const [name = ""] of COMMANDS.filter((path) => path.length === 1)) {
    const below = COMMANDS.filter((path) => path.length === 2 && path[0] === name).map((path) => path[1]);
    const [, usage] = (await cirrus([name, "--help"])).stdout.split("\n");
    assert.ok(
      listed.includes(below.length > 0 ? `  cirrus ${name} ${below.join("|")} ...` : usage ?? ""),
      name,
    );
  }
});

for (const path of COMMANDS) {
  const line = ["cirrus", ...path].join(" ");

  Deno.test(`${line} has help with examples, and every flag in it`, async () => {
    const { exitCode, stdout, stderr } = await cirrus([...path, "--help"]);
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.match(stdout, /EXAMPLES\n {2}(\S+=\S+ )?cirrus /);
    for (const flag of ["--help", "--debug"]) assert.ok(stdout.includes(flag), flag);
    assert.deepEqual((await cirrus([...path, "-h"])).stdout, stdout);
  });

  Deno.test(`${line} refuses an unknown flag as misuse and runs nothing`, async () => {
    const { exitCode, stdout, stderr } = await cirrus([...path, "--no-such-flag-at-all"]);
    assert.deepEqual([exitCode, stdout], [2, ""]);
    assert.match(stderr, /^No flag registered for --no-such-flag-at-all\n$/);
  });

  Deno.test(`${line} tells which of its flags a misspelt one was meant to be`, async () => {
    const flags = (await proposals(...path, "--")).filter((flag) => flag.length > 6);
    assert.ok(flags.length > 0);
    for (const flag of flags) {
      const misspelt = `${flag.slice(0, -2)}${flag.at(-1)}${flag.at(-2)}`;
      if (misspelt === flag) continue;
      const { exitCode, stdout, stderr } = await cirrus([...path, misspelt]);
      assert.deepEqual([exitCode, stdout], [2, ""], misspelt);
      assert.equal(stderr, `No flag registered for ${misspelt}, did you mean ${flag}?\n`);
    }
  });
}

Deno.test("a command's flags are taken as --flag value, --flag=value and by their short names", async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, "ok.yml");
  await Deno.writeTextFile(file, "task:\n  persistent_worker: {}\n  script: true\n");
  for (const words of [["--file", file], [`--file=${file}`], ["-f", file], [`-f=${file}`]]) {
    const { exitCode, stderr } = await cirrus(["validate", ...words]);
    assert.deepEqual([exitCode, stderr], [0, ""], words.join(" "));
  }
});

Deno.test("exit codes: 0 for what is fine, 1 for what was found wrong, 2 for what makes no sense", async () => {
  await using directory = await temporaryDirectory();
  const options = { workingDirectory: directory.path };
  const validate = async (text: string) => {
    await Deno.writeTextFile(join(directory.path, ".cirrus.yml"), text);
    return (await cirrus(["validate"], options)).exitCode;
  };
  assert.equal(await validate("task:\n  persistent_worker: {}\n  script: true\n"), 0);
  assert.equal(await validate("task:\n  persistent_worker: {}\n  timeout_in: soon\n  script: true\n"), 1);
  assert.equal((await cirrus(["validate", "--file=missing.yml"], options)).exitCode, 2);
  assert.equal((await cirrus(["validate", "--file"], options)).exitCode, 2);
  assert.equal((await cirrus(["validate", "extra", "words"], options)).exitCode, 2);
  assert.equal((await cirrus(["nonsense"], options)).exitCode, 2);
});

Deno.test("--debug shows where an error comes from, with any command and in any place", async () => {
  await using directory = await temporaryDirectory();
  const options = { workingDirectory: directory.path };
  for (const words of [["--debug", "validate"], ["validate", "--debug"]]) {
    const { exitCode, stderr } = await cirrus([...words, "--file=missing.yml"], options);
    assert.equal(exitCode, 2);
    assert.match(stderr, /^UsageError: Cannot read missing\.yml: .*\n +at .*\.ts:\d+:\d+/);
    assert.match(stderr, /\nCaused by: NotFound: /);
  }
  const { stderr } = await cirrus(["validate", "--file=missing.yml"], options);
  assert.match(stderr, /^Cannot read missing\.yml: .*\n$/);
});

Deno.test("--debug behind -- is no flag", async () => {
  const { exitCode, stderr } = await cirrus(["completion", "--", "--debug"]);
  assert.deepEqual([exitCode, stderr.slice(0, 17)], [2, 'Invalid "--debug"']);
});
