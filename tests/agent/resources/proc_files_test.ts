import assert from "node:assert/strict";
import { parseProcMeminfo, parseProcStat } from "../../../lib/agent/resources/proc_files.ts";

Deno.test("/proc/stat tells what all processors did, waiting for disks counted as idle, guests counted once", () => {
  const text =
    "cpu  100 10 20 500 50 5 15 7 30 3\ncpu0 50 5 10 250 25 2 8 3 0 0\ncpu1 50 5 10 250 25 3 7 4 0 0\nintr 1\n";
  assert.deepEqual(parseProcStat(text), { busy: 157, total: 707, processors: 2 });
});

Deno.test("/proc/meminfo tells the memory in use, in bytes", () => {
  const text = "MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    700 kB\n";
  assert.deepEqual(parseProcMeminfo(text), { used: 300 * 1024, total: 1000 * 1024 });
});

Deno.test("files that are something else are refused", () => {
  assert.throws(() => parseProcStat(""), /Reading \/proc\/stat/);
  assert.throws(() => parseProcMeminfo("MemTotal: 1000 kB\n"), /no MemAvailable/);
});
