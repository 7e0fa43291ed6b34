/**
 * Gates every upgrade of Deno: the versions around 2.9.3 crash or freeze in one of these ways. For an upgrade
 * run it longer: `CIRRUS_SOAK_SECONDS=300 deno test -A tests/rpc/soak_test.ts`.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { listen } from "./loopback.ts";
import { Relay } from "./relay.ts";
import type { Progress } from "./soak/progress.ts";

const SECONDS = Number(Deno.env.get("CIRRUS_SOAK_SECONDS") ?? 4);

/** A program reports five times a second; one that is silent for so long is frozen. */
const FROZEN_MS = 20_000;

/** What a program may take beyond the time that it is given, to get enough done on a busy machine. */
const LATE_MS = 120_000;

/** Runs a soak program to its end and brings its last report; fails when it crashes or freezes. */
async function soak(program: string, args: readonly string[]): Promise<Progress> {
  const file = fileURLToPath(new URL(`soak/${program}`, import.meta.url));
  await using child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--cached-only", "--v8-flags=--expose-gc", file, ...args],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let verdict = "crashed";
  const kill = (because: string) => {
    verdict = because;
    child.kill("SIGKILL");
  };
  const tooLate = setTimeout(() => kill("got too little done"), SECONDS * 1000 + LATE_MS);
  let watchdog = setTimeout(() => kill("froze"), FROZEN_MS);
  let reports = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => kill("froze"), FROZEN_MS);
    reports += text;
  }
  const { code, signal } = await child.status;
  clearTimeout(watchdog);
  clearTimeout(tooLate);
  const last = reports.trimEnd().split("\n").at(-1) ?? "";
  assert.deepEqual({ code, signal }, { code: 0, signal: null }, `The program ${verdict} after ${last}`);
  return JSON.parse(last);
}

Deno.test("graceful restarts under load lose no call and freeze no caller", async () => {
  await soak("restarts.ts", [String(SECONDS)]);
});

Deno.test("callers that are told to go after a garbage collection stay alive", async () => {
  await using server = await listen({ heartbeat: () => Promise.resolve({}) });
  await using relay = await Relay.listen({ to: server.port });
  // So often that callers hardly get anything done: at 100 ms a faulty Deno survives most runs.
  const telling = setInterval(() => relay.goAway(), 30);
  try {
    const progress = await soak("callers.ts", [relay.endpoint, String(SECONDS)]);
    // More than the 8 callers first made: some were told to go and came back. A busy machine makes few.
    assert.ok(relay.connections > 8, `${relay.connections} connections, ${JSON.stringify(progress)}`);
  } finally {
    clearInterval(telling);
  }
});
