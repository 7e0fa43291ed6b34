import assert from "node:assert/strict";
import { join } from "node:path";
import { runCommand } from "../../../lib/process/run_command.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";

const CARRY = join(import.meta.dirname ?? ".", "carry_cache.ts");

/** The peak memory of a process that packs a file of so many bytes and unpacks it again. */
async function peakMemory(bytes: number): Promise<number> {
  await using folder = await temporaryDirectory();
  const [from, to, spool] = ["from", "to", "spool"].map((name) => join(folder.path, name));
  if (!from || !to || !spool) throw new Error("There is no folder");
  for (const path of [from, spool]) await Deno.mkdir(path);
  await Deno.create(join(from, "file")).then((file) => file[Symbol.dispose]());
  await Deno.truncate(join(from, "file"), bytes);
  const { stdout } = await runCommand([Deno.execPath(), "run", "-A", "--no-check", CARRY, from, to, spool]);
  assert.equal((await Deno.stat(join(to, "file"))).size, bytes);
  return Number(new TextDecoder().decode(stdout));
}

Deno.test({
  name: "a cache takes no more memory for being larger",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const small = await peakMemory(1_000_000);
    const large = await peakMemory(400_000_000);
    assert.ok(small > 10_000_000);
    assert.ok(large - small < 80_000_000, `${large} bytes instead of ${small}`);
  },
});
