import { buildCommand, buildRouteMap } from "@stricli/core";
import assert from "node:assert/strict";
import type { CliContext } from "../../lib/cli/command.ts";
import { separateFlagWords } from "../../lib/cli/flag_words.ts";

const text = { kind: "parsed", parse: String, optional: true, brief: "" } as const;
const check = buildCommand<
  { file?: string; envFile?: string; dirty: boolean; verbose: boolean },
  string[],
  CliContext
>({
  func: () => {},
  parameters: {
    flags: {
      file: text,
      envFile: text,
      dirty: { kind: "boolean", brief: "" },
      verbose: { kind: "boolean", brief: "" },
    },
    aliases: { f: "file", d: "dirty", v: "verbose" },
    positional: { kind: "array", parameter: { parse: String, brief: "" } },
  },
  docs: { brief: "" },
});
const docs = { brief: "" };
const root = buildRouteMap<string, CliContext>({
  routes: { check, group: buildRouteMap({ routes: { list: check }, defaultCommand: "list", docs }) },
  docs,
});

for (
  const [said, given, read] of [
    ["a value glued to a short flag", ["-fa.yml"], ["-f", "a.yml"]],
    ["a value behind a short flag's equals sign", ["-f=a.yml"], ["-f", "a.yml"]],
    ["a value with an equals sign, glued", ["-fa=b"], ["-f", "a=b"]],
    ["a value behind flags that take none", ["-dvfa.yml"], ["-d", "-v", "-f", "a.yml"]],
    ["a value that follows flags that take none", ["-dvf", "a.yml"], ["-d", "-v", "-f", "a.yml"]],
    ["flags that take none", ["-dv", "x"], ["-d", "-v", "x"]],
    ["a value behind a long flag's equals sign", ["--env-file=a"], ["--env-file", "a"]],
    ["an empty value", ["--file=", "x"], ["--file", "", "x"]],
    ["a value of two lines", ["--file=a\nb"], ["--file", "a\nb"]],
    ["a value that begins with a dash", ["--file", "-x"], ["--file=-x"]],
    ["a value that is a dash, for standard input", ["-f-"], ["-f=-"]],
    ["a flag in the place of a value", ["--file", "--dirty"], ["--file", "--dirty"]],
    ["a short flag in the place of a value", ["-f", "-d"], ["-f", "-d"]],
    ["nothing in the place of a value", ["-vf"], ["-v", "-f"]],
    ["a choice of yes or no", ["--dirty=false", "-v=true"], ["--dirty=false", "-v=true"]],
    ["a flag that does not exist", ["--fiel=a"], ["--fiel"]],
    ["a short flag that does not exist", ["-xa"], ["-x"]],
    ["what stands behind two dashes", ["-fa", "--", "-fb"], ["-f", "a", "--", "-fb"]],
    ["an argument that is a dash", ["-"], ["-"]],
  ] as const
) {
  Deno.test(`a command line with ${said} is read as pflag reads it`, () => {
    assert.deepEqual(separateFlagWords(root, ["check", ...given]), ["check", ...read]);
  });
}

Deno.test("flags of a group's default command are read likewise", () => {
  assert.deepEqual(separateFlagWords(root, ["group", "-fa"]), ["group", "-f", "a"]);
  assert.deepEqual(separateFlagWords(root, ["group", "list", "-fa"]), ["group", "list", "-f", "a"]);
});

Deno.test("words that name no command are left as they are", () => {
  assert.deepEqual(separateFlagWords(root, ["chekc", "-fa"]), ["chekc", "-fa"]);
  assert.deepEqual(separateFlagWords(root, []), []);
});
