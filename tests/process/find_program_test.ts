import assert from "node:assert/strict";
import { join } from "node:path";
import { findProgram } from "../../lib/process/find_program.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";

Deno.test("a program is found in the first folder of PATH that has it as an executable file", async () => {
  await using first = await temporaryDirectory();
  await using second = await temporaryDirectory();
  await Deno.mkdir(join(first.path, "tart"));
  await Deno.writeTextFile(join(first.path, "vetu"), "no program", { mode: 0o644 });
  for (const name of ["tart", "vetu"]) {
    await Deno.writeTextFile(join(second.path, name), "#!/bin/sh\n", { mode: 0o755 });
  }
  const path = `/not/there:${first.path}:${second.path}`;
  assert.equal(findProgram("tart", path), join(second.path, "tart"));
  assert.equal(findProgram("vetu", path), join(second.path, "vetu"));
  assert.equal(findProgram("vetu", first.path), undefined);
  assert.equal(findProgram("tart", ""), undefined);
});
