import assert from "node:assert/strict";
import { splitShellWords } from "../../../lib/agent/scripts/shell_words.ts";

const posix = { backslashPaths: false };

for (
  const [line, words] of [
    ["echo", ["echo"]],
    ["  echo  a\tb ", ["echo", "a", "b"]],
    ["echo 'a b' \"c d\"", ["echo", "a b", "c d"]],
    [`foo'b ar'"baz"`, ["foob arbaz"]],
    ["echo '' \"\"", ["echo", "", ""]],
    [`echo 'it"s' "it's"`, ["echo", 'it"s', "it's"]],
    ["echo a\\ b \\\\ \\'", ["echo", "a b", "\\", "'"]],
    ["echo $HOME *", ["echo", "$HOME", "*"]],
  ] as const
) {
  Deno.test(`the command line ${line} has ${words.length} words`, () => {
    assert.deepEqual(splitShellWords(line, posix), words);
  });
}

Deno.test("backslashes of Windows paths stay, but for those before a quotation mark", () => {
  assert.deepEqual(
    splitShellWords('C:\\bin\\x.exe "a\\"b" C:\\', { backslashPaths: true }),
    ["C:\\bin\\x.exe", 'a"b', "C:\\"],
  );
});

Deno.test("what is left open is said", () => {
  assert.throws(() => splitShellWords("echo 'a", posix), /a closing ' is missing/);
  assert.throws(() => splitShellWords("echo a\\", posix), /nothing follows its last \\/);
  assert.throws(() => splitShellWords("  ", posix), /it is empty; name a program/);
});
