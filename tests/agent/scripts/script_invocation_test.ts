import assert from "node:assert/strict";
import { scriptInvocation } from "../../../lib/agent/scripts/script_invocation.ts";

const expand = (text: string) => text.replaceAll("$NAME", "value");

Deno.test("a script is run by bash if the machine has it, else by /bin/sh: which is found out there", () => {
  const { argv, script } = scriptInvocation(["echo a", "echo b"], { os: "linux", expand });
  assert.deepEqual(argv("/tmp/1.sh").slice(0, 2), ["/bin/sh", "-c"]);
  assert.equal(argv("/tmp/1.sh").at(-1), "/tmp/1.sh");
  assert.deepEqual(script, {
    extension: ".sh",
    content:
      "set -e\nif (set -o pipefail) 2>/dev/null; then set -o pipefail; fi\nset -o verbose\necho a\necho b\n",
  });
});

Deno.test("CIRRUS_SHELL chooses the shell, with its arguments", () => {
  const { argv, script } = scriptInvocation(["echo a"], { os: "darwin", shell: "/bin/zsh -f", expand });
  assert.deepEqual(argv("/tmp/1.sh"), ["/bin/zsh", "-f", "/tmp/1.sh"]);
  assert.match(script?.content ?? "", /^set -e\n/);
});

Deno.test("direct runs the first line as a command without a shell", () => {
  const { argv, script } = scriptInvocation(["printf '%s' $NAME", "never"], {
    os: "linux",
    shell: "direct",
    expand,
  });
  assert.deepEqual(argv(""), ["printf", "%s", "value"]);
  assert.equal(script, undefined);
});

Deno.test("on Windows cmd.exe runs a batch file that looks at the exit code after each line", () => {
  const { argv, script } = scriptInvocation(["dir", "", "build.bat"], { os: "windows", expand });
  assert.deepEqual(argv("C:\\1.bat"), ["cmd.exe", "/c", "C:\\1.bat"]);
  assert.deepEqual(script, {
    extension: ".bat",
    content: "call dir\r\nif %errorlevel% neq 0 exit /b %errorlevel%\r\n" +
      "call build.bat\r\nif %errorlevel% neq 0 exit /b %errorlevel%\r\n",
  });
});

for (const shell of ["powershell", "powershell.exe", "C:\\Program Files\\PowerShell\\7\\pwsh.exe"]) {
  Deno.test(`${shell} stops at the first error and draws no progress`, () => {
    const { argv, script } = scriptInvocation(["dir"], { os: "windows", shell, expand });
    assert.deepEqual(argv("C:\\1.ps1"), [shell, "-ExecutionPolicy", "Bypass", "-File", "C:\\1.ps1"]);
    assert.deepEqual(script, {
      extension: ".ps1",
      content: '\ufeff$ErrorActionPreference = "Stop"\r\n$ProgressPreference = "SilentlyContinue"\r\ndir\r\n',
    });
  });
}

Deno.test("bash on Windows is given a script for bash", () => {
  const shell = "C:\\Program Files\\Git\\bin\\bash.exe";
  const { argv, script } = scriptInvocation(["ls"], { os: "windows", shell, expand });
  assert.deepEqual(argv("C:\\1.sh"), [shell, "C:\\1.sh"]);
  assert.equal(script?.extension, ".sh");
});
