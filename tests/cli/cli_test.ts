import assert from "node:assert/strict";
import { runCli } from "../../lib/cli/cli.ts";
import { runCommand } from "../../lib/process/run_command.ts";
import { VERSION } from "../../lib/cli/version.ts";
import { TestIo } from "./test_io.ts";

async function cirrus(...args: string[]) {
  const io = new TestIo();
  const exitCode = await runCli(args, io);
  return { exitCode, stdout: io.stdout.text, stderr: io.stderr.text };
}

Deno.test("--version names version, commit, Deno, operating system and architecture", async () => {
  const { exitCode, stdout, stderr } = await cirrus("--version");
  assert.equal(exitCode, 0);
  assert.equal(stderr, "");
  assert.match(stdout, /^cirrus \S+ \(commit [0-9a-f]{10}, Deno \d+\.\d+\.\d+, [a-z]+\/[a-z0-9]+\)\n$/);
  assert.ok(stdout.startsWith(`cirrus ${VERSION} `));
});

Deno.test("the program without arguments shows its help", async () => {
  const { exitCode, stdout } = await cirrus();
  assert.equal(exitCode, 0);
  assert.match(stdout, /^USAGE/);
});

Deno.test("help lists the flags of cirrus run as people write them", async () => {
  const { stdout } = await cirrus("run", "-h");
  const flags = [
    "--dirty",
    "-e [--env]",
    "[--env-file]",
    "-v --verbose",
    "-o [--output]",
    "[--heartbeat-timeout]",
  ];
  for (const flag of flags) assert.ok(stdout.replace(/ +/g, " ").includes(flag), flag);
});

for (
  const [words, flags] of [
    ["help", "--help"],
    ["help run", "run --help"],
    ["help worker run", "worker run --help"],
    ["version", "--version"],
  ] as const
) {
  Deno.test(`cirrus ${words} is cirrus ${flags}`, async () => {
    const said = await cirrus(...words.split(" "));
    assert.equal(said.exitCode, 0);
    assert.deepEqual(said, await cirrus(...flags.split(" ")));
  });
}

for (
  const [args, message] of [
    ["rnu", "No command registered for rnu, did you mean run?\n"],
    ["worker stat", "No command registered for stat, did you mean status?\n"],
    ["workers disabel", 'Unexpected argument "disabel", did you mean disable?\n'],
    ["workers nonsense", 'Unexpected argument "nonsense": see --help for what this command takes\n'],
    ["run --dirt", "No flag registered for --dirt, did you mean --dirty?\n"],
    ["run -x", "No flag registered for -x: see --help\n"],
    ["run -xsecret", "No flag registered for -x: see --help\n"],
    ["run -vx=3", "No flag registered for -x: see --help\n"],
    [
      "run -vofolded",
      'Invalid "folded" for --output: write one of auto, interactive, noemoji, simple, travis, github-actions, teamcity\n',
    ],
    ["run --output --dirty", "Give --output a value: --dirty is a flag\n"],
    ["run -ve", "Give --env a value: see --help\n"],
    ["run --wrong=", "No flag registered for --wrong\n"],
    ["logs", "TASK is missing: see --help\n"],
    ["worker run --halp", "No flag registered for --halp, did you mean --help?\n"],
    ["worker run --debgu", "No flag registered for --debgu, did you mean --debug?\n"],
    ["worker run --tokenfile=x", "No flag registered for --tokenfile, did you mean --token-file?\n"],
    ["run --nothing-alike", "No flag registered for --nothing-alike\n"],
    ["--versoin", "No flag registered for --versoin, did you mean --version?\n"],
    [
      "run --output=plain",
      'Invalid "plain" for --output: write one of auto, interactive, noemoji, simple, travis, github-actions, teamcity\n',
    ],
    [
      "run --output=tarvis",
      'Invalid "tarvis" for --output: write one of auto, interactive, noemoji, simple, travis, github-actions, teamcity, did you mean travis?\n',
    ],
    ["run --jobs", "Give --jobs a value: see --help\n"],
    ["run --jobs 0", 'Invalid "0" for --jobs: expected a whole number from 1 up\n'],
    [
      "run --heartbeat-timeout=-1s",
      'Invalid "-1s" for --heartbeat-timeout: expected a duration above zero, such as 90s or 5m\n',
    ],
    ["run one two", 'Unexpected argument "two": see --help for what this command takes\n'],
    ["worker run --labels=a", 'Invalid "a" for --labels: expected key=value, got "a"\n'],
    [
      "worker run --resources a=b",
      'Invalid "a=b" for --resources: expected a number from 0 up for a, got "b"\n',
    ],
    ["worker status --json=", "Cannot read --json: see --help for how to write it\n"],
  ] as const
) {
  Deno.test(`cirrus ${args} is misuse and says what was meant`, async () => {
    assert.deepEqual(await cirrus(...args.split(" ")), { exitCode: 2, stdout: "", stderr: message });
  });
}

Deno.test("a token that is given twice is not shown", async () => {
  const { exitCode, stderr } = await cirrus(
    "worker",
    "run",
    "--token=first-secret",
    "--token",
    "second-secret",
  );
  assert.equal(exitCode, 2);
  assert.equal(stderr, "--token is given twice: give it once\n");
});

/** What Deno loads before any code of these modules runs. */
async function loadedWith(...entries: readonly string[]): Promise<Set<string>> {
  const { stdout } = await runCommand([Deno.execPath(), "info", "--json", "main.ts"]);
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as ModuleGraph;
  const bySpecifier = new Map(modules.map((module) => [module.specifier, module]));
  const loaded = new Set<string>();
  const load = (specifier: string) => {
    if (loaded.has(specifier)) return;
    loaded.add(specifier);
    for (const { code, isDynamic } of bySpecifier.get(specifier)?.dependencies ?? []) {
      if (!isDynamic && code?.specifier !== undefined) load(code.specifier);
    }
  };
  for (const entry of entries) load(new URL(`../../${entry}`, import.meta.url).href);
  return loaded;
}

Deno.test("--version and --help load no dependency but the command line's, and no command", async () => {
  const loaded = await loadedWith("main.ts");
  assert.ok(loaded.size > 10);
  const foreign = [...loaded].filter((specifier) => !specifier.startsWith("file:"));
  assert.deepEqual(foreign.map((specifier) => specifier.replace(/@[\d.]+$/, "")), ["npm:@stricli/core"]);
  assert.deepEqual([...loaded].filter((specifier) => /\/cli\/\w+\/commands?\.ts$/.test(specifier)), []);
});

Deno.test("a worker registers before it loads what starts programs, runs tasks, reads files or exports metrics", async () => {
  const loaded = await loadedWith("lib/cli/worker/commands.ts", "lib/cli/worker/run_worker.ts");
  assert.ok([...loaded].some((specifier) => specifier.includes("@grpc/grpc-js@")));
  for (
    const later of ["/process/start_", "/worker/tasks/task.ts", "yaml@", "zod@", "@opentelemetry/"]
  ) {
    assert.deepEqual([...loaded].filter((specifier) => specifier.includes(later)), [], later);
  }
});

Deno.test("a worker loads neither SQLite nor the controller, whatever it does", async () => {
  const { stdout } = await runCommand([Deno.execPath(), "info", "--json", "lib/cli/worker/run_worker.ts"]);
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as ModuleGraph;
  const specifiers = modules.map(({ specifier }) => specifier);
  assert.ok(specifiers.length > 100);
  assert.deepEqual(
    specifiers.filter((specifier) => specifier === "node:sqlite" || specifier.includes("/lib/controller/")),
    [],
  );
});

/** The part of `deno info --json` that is read here. */
interface ModuleGraph {
  readonly modules: ReadonlyArray<{
    readonly specifier: string;
    readonly dependencies?: ReadonlyArray<
      { readonly code?: { readonly specifier: string }; readonly isDynamic?: boolean }
    >;
  }>;
}
