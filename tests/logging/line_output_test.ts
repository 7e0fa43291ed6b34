import assert from "node:assert/strict";

const PROGRAM = new URL("log_one_line.ts", import.meta.url).pathname;

/** What a program's log looks like where its standard error stream is a terminal, or a pipe. */
async function logged(
  where: "terminal" | "pipe",
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const program = `${Deno.execPath()} run -A --no-check --quiet ${PROGRAM}`;
  const [command, ...args] = where === "pipe"
    ? ["sh", "-c", `exec ${program} 2>&1`]
    : ["script", "--quiet", "--return", "--command", program, "/dev/null"];
  const { PATH = "", HOME = "", DENO_DIR = "" } = Deno.env.toObject();
  const { success, stdout } = await new Deno.Command(command ?? "", {
    args,
    clearEnv: true,
    env: { PATH, HOME, ...DENO_DIR && { DENO_DIR }, TERM: "xterm-256color", ...environment },
    stdin: "null",
    stderr: "inherit",
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert.ok(success, text);
  return text;
}

const hasColour = (text: string) => text.includes("\x1b[");

Deno.test("lines on a terminal are coloured and for people", async () => {
  const text = await logged("terminal");
  assert.ok(hasColour(text), text);
  // deno-lint-ignore no-control-regex
  assert.match(text.replaceAll(/\x1b\[[\d;]*m/g, ""), /^\d\d:\d\d:\d\d\.\d{3} INF ready task=1\r\n$/);
});

for (const environment of [{ NO_COLOR: "1" }, { TERM: "dumb" }]) {
  Deno.test(`lines on a terminal are plain with ${JSON.stringify(environment)}`, async () => {
    assert.match(await logged("terminal", environment), /^\d\d:\d\d:\d\d\.\d{3} INF ready task=1\r\n$/);
  });
}

Deno.test("lines in a pipe are logfmt without colour", async () => {
  assert.match(await logged("pipe"), /^time=\S+Z level=info logger=cirrus msg="?ready"? task=1\n$/);
});
