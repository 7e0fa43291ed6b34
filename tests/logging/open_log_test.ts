import assert from "node:assert/strict";
import { join } from "node:path";
import type { LogLevel } from "../../lib/logging/level.ts";
import type { LineOutput } from "../../lib/logging/line_output.ts";
import { type LogOptions, openLog } from "../../lib/logging/open_log.ts";
import { Secrets } from "../../lib/logging/secrets.ts";
import { needsRoot, smallDisk } from "../helpers/small_disk.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";

Deno.test.sanitizer({ ops: true, resources: true });

function memoryOutput({ terminal = false, colour = false } = {}): LineOutput & { lines: string[] } {
  const lines: string[] = [];
  return { terminal, colour, lines, write: (line) => void lines.push(line) };
}

/** Opens a log at trace level, hands out its logger and returns the lines. */
function linesOf(options: Partial<LogOptions> & { output: ReturnType<typeof memoryOutput> }): {
  lines: string[];
  logger: ReturnType<typeof openLog>["logger"];
} {
  return { lines: options.output.lines, logger: openLog({ level: "trace", ...options }).logger };
}

Deno.test("a log shows the lines of its level and of the graver ones", () => {
  const shown = (level: LogLevel) => {
    const output = memoryOutput();
    const { logger } = openLog({ level, format: "json", output });
    logger.trace("trace");
    logger.debug("debug");
    logger.info("info");
    logger.warning("warning");
    logger.error("error");
    return output.lines.map((line) => JSON.parse(line).message);
  };
  assert.deepEqual(shown("trace"), ["trace", "debug", "info", "warning", "error"]);
  assert.deepEqual(shown("debug"), ["debug", "info", "warning", "error"]);
  assert.deepEqual(shown("info"), ["info", "warning", "error"]);
  assert.deepEqual(shown("warning"), ["warning", "error"]);
  assert.deepEqual(shown("error"), ["error"]);
  assert.deepEqual(shown("fatal"), []);
  assert.deepEqual(shown("panic"), []);
});

Deno.test("a changed level holds for loggers that were made before", () => {
  const output = memoryOutput();
  const log = openLog({ level: "error", output });
  const logger = log.logger.with({ task: "1" });
  logger.info("before");
  log.setLevel("info");
  logger.info("after");
  assert.equal(output.lines.length, 1);
  assert.match(output.lines[0] ?? "", /msg="?after"? task=1\n$/);
});

Deno.test("a logger puts its own fields and the call's on the line, without those that are undefined", () => {
  const { lines, logger } = linesOf({ format: "json", output: memoryOutput() });
  logger.with({ task: "7", upstream: "a" }).with({ upstream: "b" }).info("started task 7", {
    tries: 2,
    reason: undefined,
  });
  const { "@timestamp": timestamp, ...rest } = JSON.parse(lines[0] ?? "");
  assert.deepEqual(rest, {
    level: "INFO",
    message: "started task 7",
    logger: "cirrus",
    task: "7",
    upstream: "b",
    tries: 2,
  });
  assert.ok(Math.abs(Date.parse(timestamp) - Date.now()) < 60_000);
});

Deno.test("a line without a terminal is logfmt with the words as they are", () => {
  const { lines, logger } = linesOf({ output: memoryOutput() });
  logger.info("started task 7", { task: "7", name: "two words" });
  assert.match(
    lines[0] ?? "",
    /^time=\S+Z level=info logger=cirrus msg="started task 7" task=7 name="two words"\n$/,
  );
});

Deno.test("a line on a terminal is coloured only where colour is wanted", () => {
  const plain = linesOf({ output: memoryOutput({ terminal: true }) });
  plain.logger.warning("disk is nearly full", { free: 12, path: "/a b" });
  assert.match(
    plain.lines[0] ?? "",
    /^\d\d:\d\d:\d\d\.\d{3} WRN disk is nearly full free=12 path="\/a b"\n$/,
  );
  const coloured = linesOf({ output: memoryOutput({ terminal: true, colour: true }) });
  coloured.logger.warning("disk is nearly full");
  assert.ok(coloured.lines[0]?.includes("\x1b["));
});

Deno.test("no text of a record starts a line of its own or reaches the terminal as a control sequence", () => {
  const outputs = [memoryOutput(), memoryOutput({ terminal: true }), memoryOutput()];
  const formats = ["text", "text", "json"] as const;
  for (const [index, output] of outputs.entries()) {
    const { lines, logger } = linesOf({ format: formats[index], output });
    logger.info("first\nlevel=error \x1b[2J", { value: "a\r\nb\x1b]0;title\x07\x9b" });
    assert.equal(lines.length, 1);
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(lines[0]?.slice(0, -1) ?? "", /[\x00-\x1f]/);
  }
});

Deno.test("secrets are masked in messages and fields, the longest first", () => {
  const secrets = new Secrets();
  secrets.add("hunter2hunter2");
  const { lines, logger } = linesOf({ format: "json", secrets, output: memoryOutput() });
  secrets.add("hunter2");
  secrets.add("ok");
  logger.error('Bad metadata "hunter2hunter2" and hunter2', { detail: "x-hunter2-x", state: "ok" });
  const { message, detail, state } = JSON.parse(lines[0] ?? "");
  assert.deepEqual([message, detail, state], ['Bad metadata "HIDDEN" and HIDDEN', "x-HIDDEN-x", "ok"]);
});

Deno.test("a log file takes the lines in the place of the standard error stream", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "worker.log");
  await Deno.writeTextFile(path, "older line\n");
  const output = memoryOutput({ terminal: true, colour: true });
  using log = openLog({ level: "info", file: { path }, output });
  log.logger.info("ready");
  assert.match(await Deno.readTextFile(path), /^older line\ntime=.* msg="?ready"?\n$/);
  assert.deepEqual(output.lines, []);
});

Deno.test("a log file that cannot be opened is named with the reason", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "missing", "worker.log");
  assert.throws(
    () => openLog({ level: "info", file: { path } }),
    { message: new RegExp(`^Cannot open the log file ${path}: No such file or directory.*; name a file`) },
  );
});

Deno.test({
  name: "a log on a full disk says so once, keeps lines for later and counts those it had to drop",
  ...needsRoot,
  async fn() {
    await using disk = await smallDisk({ bytes: 4 << 20 });
    const output = memoryOutput();
    const path = join(disk.path, "worker.log");
    using log = openLog({ level: "info", format: "json", file: { path }, output });
    log.logger.info("before");
    const release = await disk.fill();
    const total = 20_000;
    for (let n = 0; n < total; n++) log.logger.info("while full", { n });
    assert.equal(output.lines.length, 1);
    assert.match(output.lines[0] ?? "", /^Cannot write the log file .*worker\.log: No space left on device/);

    await release();
    log.logger.info("after");
    const records = (await Deno.readTextFile(path)).trimEnd().split("\n").map((line) => JSON.parse(line));
    const kept = records.filter((record) => record.message === "while full");
    assert.ok(kept.length > 1_000 && kept.length < total);
    assert.deepEqual(kept.map((record) => record.n), kept.map((_, n) => n));
    const [notice, after] = records.slice(-2);
    assert.deepEqual([notice.level, notice.lostLines], ["WARN", total - kept.length]);
    assert.equal(after.message, "after");
  },
});
