import assert from "node:assert/strict";
import { join } from "node:path";
import { type Shell, SHELLS } from "../../../lib/cli/completion/shells.ts";
import { RunningProgram } from "../../e2e/running_program.ts";
import { requireEngine } from "../../helpers/require_engine.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";

const MAIN = new URL("../../../main.ts", import.meta.url).pathname;

/** How each shell is started without this host's settings, what a person types first, and what changes the prompt. */
const SESSIONS: Readonly<
  Record<Shell, { command: string; setUp: string; prompt: (text: string) => string }>
> = {
  bash: {
    command: "bash --norc --noprofile -i",
    setUp: "source <(cirrus completion bash)",
    prompt: (text) => `PS1=${text}`,
  },
  zsh: {
    command: "zsh -f -i",
    setUp: "autoload -U compinit; compinit -D -u; source <(cirrus completion zsh)",
    prompt: (text) => `PS1=${text}`,
  },
  fish: {
    command: "fish --no-config --interactive",
    setUp: "cirrus completion fish | source",
    prompt: (text) => `function fish_prompt; echo ${text}; end`,
  },
};

/** What is typed, the tab included, and the command line that must come of it. */
const TYPED = [
  ["val\t", "validate"],
  ["worker run --adop\t", "worker run --adopt-leftovers"],
  ["run -o tea\t", "run -o teamcity"],
  ["run --output=git\t", "run --output=github-actions"],
  [
    "worker run --rpc-endpoint http://host:1 --adop\t",
    "worker run --rpc-endpoint http://host:1 --adopt-leftovers",
  ],
  ["completion z\t", "completion zsh"],
  ["worker run --file some-f\t", "worker run --file some-file.yml"],
] as const;

/** A folder with a `cirrus` that completes as ours does and prints what else it was asked for. */
async function playground() {
  const directory = await temporaryDirectory();
  const program = join(directory.path, "bin", "cirrus");
  await Deno.mkdir(join(directory.path, "bin"));
  await Deno.writeTextFile(
    program,
    [
      "#!/bin/sh",
      `[ "$1" = __complete ] && exec ${Deno.execPath()} run -A --no-check --quiet ${MAIN} "$@"`,
      `[ "$1" = completion ] && [ -z "$TYPED" ] && exec ${Deno.execPath()} run -A --no-check --quiet ${MAIN} "$@"`,
      'echo "ran [$*]"',
    ].join("\n"),
    { mode: 0o755 },
  );
  await Deno.writeTextFile(join(directory.path, "some-file.yml"), "");
  return directory;
}

for (const shell of SHELLS) {
  Deno.test({
    name: `${shell} completes commands, flags, values and files`,
    ...requireEngine(shell),
    async fn() {
      await using directory = await playground();
      const { command, setUp, prompt } = SESSIONS[shell];
      const child = new Deno.Command("script", {
        args: ["--quiet", "--flush", "--return", "--command", command, "/dev/null"],
        cwd: directory.path,
        clearEnv: true,
        env: {
          PATH: `${join(directory.path, "bin")}:${Deno.env.get("PATH") ?? ""}`,
          DENO_DIR: Deno.env.get("DENO_DIR") ?? join(Deno.env.get("HOME") ?? "", ".cache", "deno"),
          HOME: directory.path,
          TERM: "xterm",
          LANG: "C.UTF-8",
        },
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const session = new RunningProgram(child);
      await session.type(`${setUp}\r`);
      for (const [index, [typed, ran]] of TYPED.entries()) {
        // In quotes, so that the echo of what is typed is not taken for the prompt.
        await session.type(`${prompt(`'REA''DY${index}> '`)}\r`);
        await session.hasPrinted(`READY${index}> `);
        await session.type(`TYPED=1 cirrus ${typed}\r`);
        await session.hasPrinted(`ran [${ran}]`);
      }
      await session.type("exit\r");
      assert.equal((await session.ended).code, 0);
    },
  });
}
