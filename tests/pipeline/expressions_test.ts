import assert from "node:assert/strict";
import { limits } from "../../lib/pipeline/limits.ts";
import { errorsOf, tasksOf } from "./reading.ts";

const AFFECTED = ["a.go", "dir/b.go", "dir/sub/c.md"];

/** A file whose only task is there if the expression holds. */
function fileOf(expression: string): string {
  const block = expression.split("\n").map((line) => `    ${line}\n`).join("");
  return `t_task:\n  persistent_worker: {}\n  env: {A: a, T: 'true', ONE: 1, R: $A, D: dir, É: e}\n  only_if: |-\n${block}`;
}

const holding: [expression: string, holds: boolean][] = [
  ["true", true],
  ["false", false],
  ["$T", true],
  ["$ONE", true],
  ["${T}", true],
  ["'t'", true],
  ["'F'", false],
  ["$A == 'a'", true],
  ['$A == "a"', true],
  ["$A == 'A'", false],
  ["$A != 'b'", true],
  ["$R == 'a'", true],
  ["$É == 'e'", true],
  ["$UNSET == ''", true],
  ["'$A' == '$A'", true],
  ["'$A' == 'a'", false],
  ["'a' == 'a' == 'a'", false],
  ["'a' == 'a' == 'true'", true],
  ["!true", false],
  ["!!true", true],
  ["!(true && false)", true],
  ["!$T == 'false'", true],
  ["true || true && false", true],
  ["(true || true) && false", false],
  ["true == false || true", true],
  ["'a' in 'bar'", true],
  ["'A' in 'bar'", false],
  ["'a' in 'bar' == true", true],
  ["$A =~ 'A'", true],
  ["'release-1.2' =~ 'release-[0-9.]+'", true],
  ["'xrelease-1' =~ 'release-.*'", false],
  ["'foobar' =~ 'foo|x.*'", true],
  ["'bar' =~ 'foo|x.*'", false],
  ["$A !=~ 'b'", true],
  ["\"a\\\\b\" == 'a\\\\b'", true],
  ["\"'x'\" == 'x'", true],
  ["'a\\'b' == \"a\\'b\"", true],
  ["true // no\n&& /* not\nthis */ true", true],
  ["  true\n  || false", true],
  ["changesInclude('**.go')", true],
  ["changesInclude('*.md')", false],
  ["changesInclude('*.md', 'a.*')", true],
  ["changesInclude('$D/*')", true],
  ["changesIncludeOnly('**')", true],
  ["changesIncludeOnly('*.go', 'dir/**')", true],
  ["changesIncludeOnly('*.go')", false],
  ["changesInclude('**/*.go')", true],
  ["!changesInclude('*.go') || $T", true],
  ["changesInclude('z*') || $CIRRUS_TASK_NAME == 't'", true],
];

for (const [expression, holds] of holding) {
  Deno.test(`the expression ${JSON.stringify(expression)} is ${holds}`, async () => {
    assert.equal((await tasksOf(fileOf(expression), { affectedFiles: AFFECTED })).length, holds ? 1 : 0);
  });
}

for (const call of ["changesInclude('**')", "changesIncludeOnly('**')"]) {
  Deno.test(`${call} is false when no file changed`, async () => {
    assert.deepEqual(await tasksOf(fileOf(call)), []);
  });
}

const globs: [glob: string, path: string, matches: boolean][] = [
  ["*.go", "a.go", true],
  ["*.go", "d/a.go", false],
  ["*", ".hidden", true],
  ["**/*.go", "a.go", false],
  ["**/*.go", "d/a.go", true],
  ["**.go", "a.go", true],
  ["d/**", "d/e/f", true],
  ["d/**", "d", false],
  ["a?c", "abc", true],
  ["a?c", "a/c", false],
  ["[abc]x", "bx", true],
  ["[a-c]x", "dx", false],
  ["[!a]x", "bx", true],
  ["[!a]x", "ax", false],
  ["x[!a]y", "x/y", false],
  ["[^a]x", "^x", true],
  ["[^a]x", "ax", true],
  ["[^a]x", "bx", false],
  ["{a,b}.go", "b.go", true],
  ["{a,b}.go", "c.go", false],
  ["{*.md,d/**}", "d/e/f", true],
  ["a\\\\*", "a*", true],
  ["a\\\\*", "ab", false],
  ["A", "a", false],
  ["a.b", "axb", false],
  ["a+(b)$", "a+(b)$", true],
];

for (const [glob, path, matches] of globs) {
  const written = glob.replaceAll("\\\\", "\\");
  Deno.test(`the glob ${written} ${matches ? "matches" : "does not match"} ${path}`, async () => {
    const tasks = await tasksOf(fileOf(`changesInclude('${written}')`), { affectedFiles: [path] });
    assert.equal(tasks.length, matches ? 1 : 0);
  });
}

const wrong: [expression: string, text: string][] = [
  ["$UNSET", "neither true nor false"],
  ["'yes'", "neither true nor false; compare it"],
  ["true || 'x'", "neither true nor false"],
  ["false && 'x'", "neither true nor false"],
  ["!'x'", "neither true nor false"],
  ["yes", "no value"],
  ["True", "no value"],
  ["nil", "no value"],
  ["1", "not known"],
  ["`a` == 'a'", "not known"],
  ["'a' + 'b' == 'ab'", "not known"],
  ["true and true", "not expected here; write &&"],
  ["not true", "no value; write !"],
  ["'a' = 'b'", "not known; write =="],
  ["true & true", "not known; write &&"],
  ["true ? true : false", "not known"],
  ["'a' < 'b'", "not known"],
  ["true &&", "ends where a value"],
  ["(true", "is missing"],
  ["'a", "has no end"],
  ["'a\nb' == 'a'", "has no end"],
  ["true /* a", "no end"],
  ["$ == 'a'", "name of a variable"],
  ["%A% == 'a'", "not known"],
  ["'a' =~ '('", "not a valid RE2 pattern"],
  ["'a' !=~ '('", "not a valid RE2 pattern"],
  ["'a' =~ '(?=a)'", "not a valid RE2 pattern"],
  ["'aa' =~ '(a)\\1'", "not a valid RE2 pattern"],
  ["changesInclude()", "at least one pattern"],
  ["changesInclude('[')", "is missing"],
  ["changesInclude('{a,{b}}')", "within another"],
  ["changesInclude('[a/b]')", "cannot stand within"],
  ["changesinclude('a')", 'no function "changesinclude"'],
  [`${"(".repeat(limits.expressionDepth + 1)}true`, "too many"],
  [`${"!".repeat(limits.expressionDepth + 1)}true`, "too many"],
  [Array(limits.expressionDepth + 3).fill("true").join(" && "), "too many"],
  [`'${"a".repeat(limits.expressionLength)}' == ''`, "too long"],
];

for (const [expression, text] of wrong) {
  Deno.test(`the expression ${JSON.stringify(expression.slice(0, 40))} is an error`, async () => {
    const [error = "", ...others] = await errorsOf(fileOf(expression), { affectedFiles: AFFECTED });
    assert(error.startsWith("4:3 ") && error.includes(text), error);
    assert.deepEqual(others, []);
  });
}
